package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** Turns a predicate into a number: 1.0 for a float, all bits set for an integer. */
final class FlagOp extends Op {
  private final int p;
  private final int d;
  private final int yes;

  FlagOp(Emitter emit, int predicate, PtxType type) {
    p = predicate;
    d = emit.target(type);
    yes =
        switch (type) {
          case F32 -> Float.floatToRawIntBits(1f);
          case F16 -> 0x3C00;
          case BF16 -> 0x3F80;
          case U16, S16 -> 0xFFFF;
          default -> -1;
        };
  }

  @Override
  void execute(Warp warp, int mask) {
    int[] z = warp.ints[d];
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      z[k] = (warp.predicates[p] >>> k & 1) != 0 ? yes : 0;
    }
  }
}
