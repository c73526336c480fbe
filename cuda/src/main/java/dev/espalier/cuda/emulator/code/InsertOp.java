package dev.espalier.cuda.emulator.code;

import dev.espalier.cuda.emulator.machine.Warp;
import dev.espalier.cuda.emulator.ptx.PtxType;

/** {@code bfi}: puts low bits of one number somewhere into another. */
final class InsertOp extends Op {
  private final boolean wide;
  private final int d;
  private final int source;
  private final int base;
  private final int position;
  private final int length;

  InsertOp(Emitter emit, PtxType type) {
    wide = type.isWide();
    d = emit.target(type);
    source = emit.source(1, type);
    base = emit.source(2, type);
    position = emit.source(3, PtxType.U32);
    length = emit.source(4, PtxType.U32);
  }

  @Override
  void execute(Warp warp, int mask) {
    int[] positions = warp.ints[position];
    int[] lengths = warp.ints[length];
    for (int m = mask; m != 0; m &= m - 1) {
      int k = Integer.numberOfTrailingZeros(m);
      if (wide) {
        warp.longs[d][k] =
            Int64.insert(warp.longs[source][k], warp.longs[base][k], positions[k], lengths[k]);
      } else {
        warp.ints[d][k] =
            Int32.insert(warp.ints[source][k], warp.ints[base][k], positions[k], lengths[k]);
      }
    }
  }
}
