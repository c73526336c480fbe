package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Sums over n elements of a plane, from a byte offset on. */
final class PlaneSums {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  private PlaneSums() {}

  /** {@code Σ x}. */
  static float sum(MemorySegment x, long offset, int n) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long bytes = n * (long) Float.BYTES;
    int rest = n % Lanes.COUNT;
    VectorMask<Float> mask = S.indexInRange(0, rest);
    long at = offset;
    long end = at + bytes;
    for (; at <= end - 4 * V; at += 4 * V) {
      s0 = s0.add(FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER));
      s1 = s1.add(FloatVector.fromMemorySegment(S, x, at + V, Lanes.ORDER));
      s2 = s2.add(FloatVector.fromMemorySegment(S, x, at + 2 * V, Lanes.ORDER));
      s3 = s3.add(FloatVector.fromMemorySegment(S, x, at + 3 * V, Lanes.ORDER));
    }
    for (; at <= end - V; at += V) {
      s0 = s0.add(FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER));
    }
    if (rest > 0) {
      s1 = s1.add(FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, mask));
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  /** {@code Σ (x - center)²}. */
  static float squares(MemorySegment x, long offset, int n, float center) {
    FloatVector c = FloatVector.broadcast(S, center);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long bytes = n * (long) Float.BYTES;
    int rest = n % Lanes.COUNT;
    VectorMask<Float> mask = S.indexInRange(0, rest);
    long at = offset;
    long end = at + bytes;
    for (; at <= end - 4 * V; at += 4 * V) {
      FloatVector d = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER).sub(c);
      s0 = d.fma(d, s0);
      d = FloatVector.fromMemorySegment(S, x, at + V, Lanes.ORDER).sub(c);
      s1 = d.fma(d, s1);
      d = FloatVector.fromMemorySegment(S, x, at + 2 * V, Lanes.ORDER).sub(c);
      s2 = d.fma(d, s2);
      d = FloatVector.fromMemorySegment(S, x, at + 3 * V, Lanes.ORDER).sub(c);
      s3 = d.fma(d, s3);
    }
    for (; at <= end - V; at += V) {
      FloatVector d = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER).sub(c);
      s0 = d.fma(d, s0);
    }
    if (rest > 0) {
      FloatVector d = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, mask).sub(c, mask);
      s1 = d.fma(d, s1);
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }
}
