package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The walks along rows that the gradient of layer normalisation is made of. */
final class LayerNormGradRows {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  private LayerNormGradRows() {}

  /**
   * {@code Σ dy gamma} and {@code Σ dy gamma (x - center)} over n elements.
   *
   * @param row where they begin in x and dy, in bytes
   * @param column where they begin in gamma
   * @param sums the two are added to its elements
   */
  static void addSums(
      MemorySegment x,
      MemorySegment dy,
      long row,
      MemorySegment gamma,
      long column,
      float center,
      long n,
      double[] sums) {
    FloatVector shift = FloatVector.broadcast(S, center);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector p0 = s0;
    FloatVector p1 = s0;
    long end = n / Lanes.COUNT * V;
    long at = 0;
    for (; at <= end - 2 * V; at += 2 * V) {
      FloatVector t0 = load(dy, row + at).mul(load(gamma, column + at));
      FloatVector t1 = load(dy, row + at + V).mul(load(gamma, column + at + V));
      s0 = s0.add(t0);
      s1 = s1.add(t1);
      p0 = load(x, row + at).sub(shift).fma(t0, p0);
      p1 = load(x, row + at + V).sub(shift).fma(t1, p1);
    }
    if (at < end) {
      FloatVector t = load(dy, row + at).mul(load(gamma, column + at));
      s0 = s0.add(t);
      p0 = load(x, row + at).sub(shift).fma(t, p0);
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector slope = FloatVector.fromMemorySegment(S, gamma, column + end, Lanes.ORDER, mask);
      FloatVector t = FloatVector.fromMemorySegment(S, dy, row + end, Lanes.ORDER, mask).mul(slope);
      FloatVector d = FloatVector.fromMemorySegment(S, x, row + end, Lanes.ORDER, mask).sub(shift);
      s1 = s1.add(FloatVector.zero(S).blend(t, mask));
      p1 = p1.add(FloatVector.zero(S).blend(d.mul(t), mask));
    }
    sums[0] += Lanes.sum(s0.add(s1));
    sums[1] += Lanes.sum(p0.add(p1));
  }

  /**
   * {@code dx = dy gamma factor + (x - center) tilt + level}; adds {@code dy (x - center) factor}
   * to dgamma and dy to dbeta.
   */
  static void run(
      MemorySegment x,
      MemorySegment dy,
      long row,
      MemorySegment gamma,
      float center,
      float factor,
      float tilt,
      float level,
      MemorySegment dx,
      MemorySegment dgamma,
      MemorySegment dbeta,
      long sums,
      long n) {
    FloatVector shift = FloatVector.broadcast(S, center);
    FloatVector scale = FloatVector.broadcast(S, factor);
    FloatVector slope = FloatVector.broadcast(S, tilt);
    FloatVector offset = FloatVector.broadcast(S, level);
    long end = n / Lanes.COUNT * V;
    for (long at = 0; at < end; at += V) {
      FloatVector d = load(x, row + at).sub(shift);
      FloatVector gradient = load(dy, row + at);
      FloatVector scaled = gradient.mul(scale);
      scaled
          .fma(load(gamma, at), d.fma(slope, offset))
          .intoMemorySegment(dx, row + at, Lanes.ORDER);
      scaled.fma(d, load(dgamma, sums + at)).intoMemorySegment(dgamma, sums + at, Lanes.ORDER);
      load(dbeta, sums + at).add(gradient).intoMemorySegment(dbeta, sums + at, Lanes.ORDER);
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector d = FloatVector.fromMemorySegment(S, x, row + end, Lanes.ORDER, mask).sub(shift);
      FloatVector gradient = FloatVector.fromMemorySegment(S, dy, row + end, Lanes.ORDER, mask);
      FloatVector scaled = gradient.mul(scale);
      scaled
          .fma(
              FloatVector.fromMemorySegment(S, gamma, end, Lanes.ORDER, mask), d.fma(slope, offset))
          .intoMemorySegment(dx, row + end, Lanes.ORDER, mask);
      scaled
          .fma(d, FloatVector.fromMemorySegment(S, dgamma, sums + end, Lanes.ORDER, mask))
          .intoMemorySegment(dgamma, sums + end, Lanes.ORDER, mask);
      FloatVector.fromMemorySegment(S, dbeta, sums + end, Lanes.ORDER, mask)
          .add(gradient)
          .intoMemorySegment(dbeta, sums + end, Lanes.ORDER, mask);
    }
  }

  private static FloatVector load(MemorySegment from, long at) {
    return FloatVector.fromMemorySegment(S, from, at, Lanes.ORDER);
  }
}
