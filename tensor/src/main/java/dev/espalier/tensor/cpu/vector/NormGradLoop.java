package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The two passes of batch normalisation's gradient over n elements of a plane, from a byte offset
 * on.
 *
 * <p>Where a ReLU followed, its gradient is taken on the way: g is dy where y, what the ReLU gave,
 * is above 0, and 0 elsewhere; otherwise g is dy, and y is not looked at.
 */
interface NormGradLoop {
  /** Adds {@code Σ g} to one of the sums and {@code Σ g (x - mean)} to the next. */
  void sums(
      MemorySegment x,
      MemorySegment dy,
      MemorySegment y,
      long offset,
      int n,
      float mean,
      double[] sums,
      int first);

  /** {@code dx = factor g + (tilt (x - mean) + shift)}. */
  void input(
      MemorySegment x,
      MemorySegment dy,
      MemorySegment y,
      long offset,
      int n,
      float mean,
      float factor,
      float tilt,
      float shift,
      MemorySegment dx);

  /** The loops for a normalisation that a ReLU followed, or none. */
  static NormGradLoop of(boolean relu) {
    return relu ? Copies.RELU : Copies.PLAIN;
  }

  /** One copy each. */
  final class Copies {
    private static final NormGradLoop RELU =
        Specialized.copy(Template.class, NormGradLoop.class, true);
    private static final NormGradLoop PLAIN =
        Specialized.copy(Template.class, NormGradLoop.class, false);

    private Copies() {}
  }

  /** Copied for each. */
  final class Template implements NormGradLoop {
    private static final boolean RELU =
        Objects.requireNonNullElse(
            Specialized.operation(MethodHandles.lookup(), Boolean.class), false);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;

    @Override
    public void sums(
        MemorySegment x,
        MemorySegment dy,
        MemorySegment y,
        long offset,
        int n,
        float mean,
        double[] sums,
        int first) {
      FloatVector zero = FloatVector.zero(S);
      FloatVector center = FloatVector.broadcast(S, mean);
      FloatVector s0 = zero;
      FloatVector s1 = zero;
      FloatVector t0 = zero;
      FloatVector t1 = zero;
      long bytes = n * (long) Float.BYTES;
      int rest = n % Lanes.COUNT;
      VectorMask<Float> mask = S.indexInRange(0, rest);
      long at = offset;
      long end = at + bytes;
      for (; at <= end - 2 * V; at += 2 * V) {
        FloatVector g0 = FloatVector.fromMemorySegment(S, dy, at, Lanes.ORDER);
        FloatVector g1 = FloatVector.fromMemorySegment(S, dy, at + V, Lanes.ORDER);
        if (RELU) {
          FloatVector y0 = FloatVector.fromMemorySegment(S, y, at, Lanes.ORDER);
          FloatVector y1 = FloatVector.fromMemorySegment(S, y, at + V, Lanes.ORDER);
          g0 = zero.blend(g0, y0.compare(VectorOperators.GT, 0f));
          g1 = zero.blend(g1, y1.compare(VectorOperators.GT, 0f));
        }
        s0 = s0.add(g0);
        s1 = s1.add(g1);
        t0 = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER).sub(center).fma(g0, t0);
        t1 = FloatVector.fromMemorySegment(S, x, at + V, Lanes.ORDER).sub(center).fma(g1, t1);
      }
      if (at <= end - V) {
        FloatVector g = FloatVector.fromMemorySegment(S, dy, at, Lanes.ORDER);
        if (RELU) {
          FloatVector of = FloatVector.fromMemorySegment(S, y, at, Lanes.ORDER);
          g = zero.blend(g, of.compare(VectorOperators.GT, 0f));
        }
        s0 = s0.add(g);
        t0 = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER).sub(center).fma(g, t0);
        at += V;
      }
      if (rest > 0) {
        FloatVector g = FloatVector.fromMemorySegment(S, dy, at, Lanes.ORDER, mask);
        if (RELU) {
          FloatVector of = FloatVector.fromMemorySegment(S, y, at, Lanes.ORDER, mask);
          g = zero.blend(g, of.compare(VectorOperators.GT, 0f));
        }
        s1 = s1.add(g);
        FloatVector from = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, mask);
        t1 = from.sub(center, mask).fma(g, t1);
      }
      sums[first] += Lanes.sum(s0.add(s1));
      sums[first + 1] += Lanes.sum(t0.add(t1));
    }

    @Override
    public void input(
        MemorySegment x,
        MemorySegment dy,
        MemorySegment y,
        long offset,
        int n,
        float mean,
        float factor,
        float tilt,
        float shift,
        MemorySegment dx) {
      FloatVector zero = FloatVector.zero(S);
      FloatVector center = FloatVector.broadcast(S, mean);
      FloatVector factors = FloatVector.broadcast(S, factor);
      FloatVector tilts = FloatVector.broadcast(S, tilt);
      FloatVector shifts = FloatVector.broadcast(S, shift);
      long bytes = n * (long) Float.BYTES;
      int rest = n % Lanes.COUNT;
      VectorMask<Float> mask = S.indexInRange(0, rest);
      long at = offset;
      long end = at + bytes;
      for (; at <= end - V; at += V) {
        FloatVector g = FloatVector.fromMemorySegment(S, dy, at, Lanes.ORDER);
        if (RELU) {
          FloatVector of = FloatVector.fromMemorySegment(S, y, at, Lanes.ORDER);
          g = zero.blend(g, of.compare(VectorOperators.GT, 0f));
        }
        FloatVector from = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER);
        g.fma(factors, from.sub(center).fma(tilts, shifts)).intoMemorySegment(dx, at, Lanes.ORDER);
      }
      if (rest > 0) {
        FloatVector g = FloatVector.fromMemorySegment(S, dy, at, Lanes.ORDER, mask);
        if (RELU) {
          FloatVector of = FloatVector.fromMemorySegment(S, y, at, Lanes.ORDER, mask);
          g = zero.blend(g, of.compare(VectorOperators.GT, 0f));
        }
        FloatVector from = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, mask);
        g.fma(factors, from.sub(center).fma(tilts, shifts))
            .intoMemorySegment(dx, at, Lanes.ORDER, mask);
      }
    }
  }
}
