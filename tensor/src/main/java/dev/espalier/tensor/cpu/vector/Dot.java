package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Inner products of contiguous stretches; offsets are in bytes. */
final class Dot {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  /** Elements summed in float before the sum goes on in double. */
  private static final long PIECE = 4096;

  private Dot() {}

  /** {@code Σ a[i] b[i]}, in pieces that are joined in double. */
  static double product(MemorySegment a, long aOffset, MemorySegment b, long bOffset, long n) {
    double sum = 0;
    for (long at = 0; at < n; at += PIECE) {
      long shift = at * Float.BYTES;
      sum += piece(a, aOffset + shift, b, bOffset + shift, Math.min(PIECE, n - at));
    }
    return sum;
  }

  /** {@code Σ a[i]}, in pieces that are joined in double. */
  static double sum(MemorySegment a, long offset, long n) {
    double sum = 0;
    for (long at = 0; at < n; at += PIECE) {
      sum += sumPiece(a, offset + at * Float.BYTES, Math.min(PIECE, n - at));
    }
    return sum;
  }

  private static float sumPiece(MemorySegment a, long offset, long n) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long end = offset + n / Lanes.COUNT * V;
    long at = offset;
    for (; at <= end - 4 * V; at += 4 * V) {
      s0 = s0.add(load(a, at));
      s1 = s1.add(load(a, at + V));
      s2 = s2.add(load(a, at + 2 * V));
      s3 = s3.add(load(a, at + 3 * V));
    }
    for (; at < end; at += V) {
      s0 = s0.add(load(a, at));
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      s1 = s1.add(FloatVector.fromMemorySegment(S, a, end, Lanes.ORDER, mask));
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  /** Stores one vector whose lanes add up to {@code Σ a[i]}. */
  static void lanesOfSum(
      MemorySegment a, long offset, long n, MemorySegment lanes, long lanesOffset) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    long end = offset + n / Lanes.COUNT * V;
    long at = offset;
    for (; at <= end - 2 * V; at += 2 * V) {
      s0 = s0.add(load(a, at));
      s1 = s1.add(load(a, at + V));
    }
    if (at < end) {
      s0 = s0.add(load(a, at));
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      s1 = s1.add(FloatVector.fromMemorySegment(S, a, end, Lanes.ORDER, mask));
    }
    s0.add(s1).intoMemorySegment(lanes, lanesOffset, Lanes.ORDER);
  }

  /** {@code Σ (a[i] - center)^2}, in pieces that are joined in double. */
  static double squaresAround(MemorySegment a, long offset, float center, long n) {
    double sum = 0;
    for (long at = 0; at < n; at += PIECE) {
      sum += squaresPiece(a, offset + at * Float.BYTES, center, Math.min(PIECE, n - at));
    }
    return sum;
  }

  private static float piece(MemorySegment a, long aOffset, MemorySegment b, long bOffset, long n) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long bytes = n * Float.BYTES;
    long at = 0;
    for (; at <= bytes - 4 * V; at += 4 * V) {
      s0 = load(a, aOffset + at).fma(load(b, bOffset + at), s0);
      s1 = load(a, aOffset + at + V).fma(load(b, bOffset + at + V), s1);
      s2 = load(a, aOffset + at + 2 * V).fma(load(b, bOffset + at + 2 * V), s2);
      s3 = load(a, aOffset + at + 3 * V).fma(load(b, bOffset + at + 3 * V), s3);
    }
    for (; at <= bytes - V; at += V) {
      s0 = load(a, aOffset + at).fma(load(b, bOffset + at), s0);
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector left = FloatVector.fromMemorySegment(S, a, aOffset + at, Lanes.ORDER, mask);
      s1 = left.fma(FloatVector.fromMemorySegment(S, b, bOffset + at, Lanes.ORDER, mask), s1);
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  private static float squaresPiece(MemorySegment x, long row, float center, long n) {
    FloatVector shift = FloatVector.broadcast(S, center);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long end = row + n / Lanes.COUNT * V;
    long at = row;
    for (; at <= end - 4 * V; at += 4 * V) {
      FloatVector d0 = load(x, at).sub(shift);
      FloatVector d1 = load(x, at + V).sub(shift);
      FloatVector d2 = load(x, at + 2 * V).sub(shift);
      FloatVector d3 = load(x, at + 3 * V).sub(shift);
      s0 = d0.fma(d0, s0);
      s1 = d1.fma(d1, s1);
      s2 = d2.fma(d2, s2);
      s3 = d3.fma(d3, s3);
    }
    for (; at < end; at += V) {
      FloatVector d = load(x, at).sub(shift);
      s0 = d.fma(d, s0);
    }
    int rest = (int) (n % Lanes.COUNT);
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector d = FloatVector.fromMemorySegment(S, x, at, Lanes.ORDER, mask).sub(shift);
      s1 = s1.add(FloatVector.zero(S).blend(d.mul(d), mask));
    }
    return Lanes.sum(s0.add(s1).add(s2.add(s3)));
  }

  private static FloatVector load(MemorySegment from, long offset) {
    return FloatVector.fromMemorySegment(S, from, offset, Lanes.ORDER);
  }
}
