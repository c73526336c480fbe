package dev.espalier.cuda.emulator.code;

/** An instruction that does one thing in each lane, on registers only. */
abstract class LaneOp extends Op {
  /** The register written. */
  int d;

  /** The registers read. */
  int a;

  int b;
  int c;
}
