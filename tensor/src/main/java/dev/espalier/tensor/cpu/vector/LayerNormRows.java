package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The last walk along a row of layer normalisation; offsets are in bytes. */
final class LayerNormRows {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  private LayerNormRows() {}

  /** {@code out = (x - center) factor gamma + beta}. */
  static void normalise(
      MemorySegment x,
      long row,
      float center,
      float factor,
      MemorySegment gamma,
      MemorySegment beta,
      MemorySegment out,
      long n) {
    FloatVector shift = FloatVector.broadcast(S, center);
    FloatVector scale = FloatVector.broadcast(S, factor);
    long end = n / Lanes.COUNT * V;
    for (long at = 0; at < end; at += V) {
      load(x, row + at)
          .sub(shift)
          .mul(scale)
          .fma(load(gamma, at), load(beta, at))
          .intoMemorySegment(out, row + at, Lanes.ORDER);
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector slope = FloatVector.fromMemorySegment(S, gamma, end, Lanes.ORDER, mask);
      FloatVector level = FloatVector.fromMemorySegment(S, beta, end, Lanes.ORDER, mask);
      FloatVector.fromMemorySegment(S, x, row + end, Lanes.ORDER, mask)
          .sub(shift)
          .mul(scale)
          .fma(slope, level)
          .intoMemorySegment(out, row + end, Lanes.ORDER, mask);
    }
  }

  private static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(S, from, at, Lanes.ORDER);
  }
}
