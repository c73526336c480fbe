package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** {@code selp}: one of two registers, by a predicate. */
final class SelectOp extends Op {
  private final boolean wide;
  private final int d;
  private final int a;
  private final int b;
  private final int p;
  private final boolean negated;

  SelectOp(Emitter emit, PtxType type) {
    wide = type.isWide();
    d = emit.target(type);
    a = emit.source(1, type);
    b = emit.source(2, type);
    p = emit.registers.predicate(emit.operand(3));
    negated = emit.registers.negated(emit.operand(3));
  }

  @Override
  void execute(Warp warp, int mask) {
    int bits = negated ? ~warp.predicates[p] : warp.predicates[p];
    if (wide) {
      long[] z = warp.longs[d];
      long[] x = warp.longs[a];
      long[] y = warp.longs[b];
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = (bits >>> k & 1) != 0 ? x[k] : y[k];
      }
    } else {
      int[] z = warp.ints[d];
      int[] x = warp.ints[a];
      int[] y = warp.ints[b];
      for (int m = mask; m != 0; m &= m - 1) {
        int k = Integer.numberOfTrailingZeros(m);
        z[k] = (bits >>> k & 1) != 0 ? x[k] : y[k];
      }
    }
  }
}
