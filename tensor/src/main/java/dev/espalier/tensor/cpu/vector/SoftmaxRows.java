package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The walks along rows that softmax is made of; offsets are in bytes. Each is a method that takes
 * and gives no vectors, short enough for the compiler to inline what it calls.
 */
final class SoftmaxRows {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  private SoftmaxRows() {}

  /** The largest of n elements; NaN is passed over, as the sum, and so the row, becomes NaN. */
  static float largest(MemorySegment x, long row, int n) {
    long end = row + n / Lanes.COUNT * V;
    FloatVector m0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    long at = row;
    for (; at <= end - 2 * V; at += 2 * V) {
      FloatVector v0 = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(S, x, at + V, Lanes.ORDER);
      m0 = m0.blend(v0, v0.compare(VectorOperators.GT, m0));
      m1 = m1.blend(v1, v1.compare(VectorOperators.GT, m1));
    }
    if (at < end) {
      FloatVector v = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER);
      m0 = m0.blend(v, v.compare(VectorOperators.GT, m0));
    }
    int rest = n % Lanes.COUNT;
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector v = FloatVector.fromMemorySegment(S, x, end, Lanes.ORDER, mask);
      m1 = m1.blend(v, v.compare(VectorOperators.GT, m1).and(mask));
    }
    return m0.blend(m1, m1.compare(VectorOperators.GT, m0)).reduceLanes(VectorOperators.MAX);
  }

  /** {@code out = e^(x - largest)}; returns the sum. */
  static float expInto(
      MemorySegment x, long row, float largest, MemorySegment out, long outRow, int n) {
    FloatVector shift = FloatVector.broadcast(S, largest);
    FloatVector sum = FloatVector.zero(S);
    long end = n / Lanes.COUNT * V;
    for (long at = 0; at < end; at += V) {
      FloatVector v = FloatVector.fromMemorySegment(S, x, row + at, Lanes.ORDER);
      FloatVector e = VectorMath.expOfNormal(v.sub(shift));
      e.intoMemorySegment(out, outRow + at, Lanes.ORDER);
      sum = sum.add(e);
    }
    int rest = n % Lanes.COUNT;
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector v = FloatVector.fromMemorySegment(S, x, row + end, Lanes.ORDER, mask);
      FloatVector e = VectorMath.expOfNormal(v.sub(shift));
      e.intoMemorySegment(out, outRow + end, Lanes.ORDER, mask);
      sum = sum.add(FloatVector.zero(S).blend(e, mask));
    }
    return Lanes.sum(sum);
  }

  /** The sum that {@link #expInto} returns, without the terms. */
  static float sumOfExp(MemorySegment x, long row, float largest, int n) {
    FloatVector shift = FloatVector.broadcast(S, largest);
    FloatVector sum = FloatVector.zero(S);
    long end = row + n / Lanes.COUNT * V;
    for (long at = row; at < end; at += V) {
      FloatVector v = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER);
      sum = sum.add(VectorMath.expOfNormal(v.sub(shift)));
    }
    int rest = n % Lanes.COUNT;
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector v = FloatVector.fromMemorySegment(S, x, end, Lanes.ORDER, mask);
      sum = sum.add(FloatVector.zero(S).blend(VectorMath.expOfNormal(v.sub(shift)), mask));
    }
    return Lanes.sum(sum);
  }
}
