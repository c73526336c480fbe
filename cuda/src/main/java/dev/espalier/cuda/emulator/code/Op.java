package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.InstructionClass;
import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.Statement;

/** A decoded instruction: what it does to the lanes of a warp. */
public abstract class Op {
  /** The predicate register that guards it, or -1. */
  int guard = -1;

  /** Whether it runs where the guard is false. */
  boolean guardNegated;

  /** Its number in the kernel. */
  int index;

  /** What it was decoded from. */
  Statement.Instruction origin;

  /** Its class in the instruction mix. */
  InstructionClass opClass = InstructionClass.OTHER;

  /** Runs it for the lanes whose bit is set in {@code mask}; at least one is. */
  abstract void execute(Warp warp, int mask);

  /** The lanes of {@code active} that the guard lets through; there must be one. */
  final int enabled(Warp warp, int active) {
    int bits = warp.predicates[guard];
    return active & (guardNegated ? ~bits : bits);
  }
}
