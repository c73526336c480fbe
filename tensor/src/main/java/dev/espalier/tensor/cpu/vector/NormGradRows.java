package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The walks along planes that the gradient of batch normalisation is made of. */
final class NormGradRows {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  private NormGradRows() {}

  /**
   * Adds {@code Σ dy} and {@code Σ dy (x - center)} over n elements from a byte offset on to the
   * two sums.
   */
  static void addSums(
      MemorySegment x, MemorySegment dy, long from, float center, long n, double[] sums) {
    FloatVector shift = FloatVector.broadcast(S, center);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector p0 = s0;
    FloatVector p1 = s0;
    long end = from + n / Lanes.COUNT * V;
    long at = from;
    for (; at <= end - 2 * V; at += 2 * V) {
      FloatVector g0 = load(dy, at);
      FloatVector g1 = load(dy, at + V);
      s0 = s0.add(g0);
      s1 = s1.add(g1);
      p0 = load(x, at).sub(shift).fma(g0, p0);
      p1 = load(x, at + V).sub(shift).fma(g1, p1);
    }
    if (at < end) {
      FloatVector g = load(dy, at);
      s0 = s0.add(g);
      p0 = load(x, at).sub(shift).fma(g, p0);
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector g = FloatVector.fromMemorySegment(S, dy, end, Lanes.ORDER, mask);
      s1 = s1.add(g);
      p1 = FloatVector.fromMemorySegment(S, x, end, Lanes.ORDER, mask).sub(shift).fma(g, p1);
    }
    sums[0] += Lanes.sum(s0.add(s1));
    sums[1] += Lanes.sum(p0.add(p1));
  }

  /** {@code dx = dy factor + (x - center) tilt + level}. */
  static void run(
      MemorySegment x,
      MemorySegment dy,
      long from,
      float center,
      float factor,
      float tilt,
      float level,
      MemorySegment dx,
      long n) {
    FloatVector shift = FloatVector.broadcast(S, center);
    FloatVector scale = FloatVector.broadcast(S, factor);
    FloatVector slope = FloatVector.broadcast(S, tilt);
    FloatVector offset = FloatVector.broadcast(S, level);
    long end = from + n / Lanes.COUNT * V;
    for (long at = from; at < end; at += V) {
      FloatVector rest = load(x, at).sub(shift).fma(slope, offset);
      load(dy, at).fma(scale, rest).intoMemorySegment(dx, at, Lanes.ORDER);
    }
    int left = (int) (n % Lanes.COUNT);
    if (left > 0) {
      VectorMask<Float> mask = S.indexInRange(0, left);
      FloatVector rest =
          FloatVector.fromMemorySegment(S, x, end, Lanes.ORDER, mask).sub(shift).fma(slope, offset);
      FloatVector.fromMemorySegment(S, dy, end, Lanes.ORDER, mask)
          .fma(scale, rest)
          .intoMemorySegment(dx, end, Lanes.ORDER, mask);
    }
  }

  private static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(S, from, at, Lanes.ORDER);
  }
}
