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
    FoldLoop loop = FoldLoop.of(Fold.SUM);
    double sum = 0;
    for (long at = 0; at < n; at += PIECE) {
      sum += loop.row(a, offset + at * Float.BYTES, Math.min(PIECE, n - at));
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

  private static FloatVector load(MemorySegment from, long offset) {
    return FloatVector.fromMemorySegment(S, from, offset, Lanes.ORDER);
  }
}
