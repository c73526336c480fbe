package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The loops of one {@link Fold}; offsets and strides are in bytes. */
interface FoldLoop {
  /** Folds n contiguous elements with four accumulators, joined as a tree. */
  float row(MemorySegment x, long offset, long n);

  /** {@code out[j] = fold over r of x[r, j]} for n neighbouring columns j. */
  void columns(
      MemorySegment x,
      long offset,
      long rows,
      long rowStride,
      MemorySegment out,
      long outOffset,
      long n);

  static FoldLoop of(Fold fold) {
    return Copies.LOOPS.computeIfAbsent(
        fold, f -> Specialized.copy(Template.class, FoldLoop.class, f));
  }

  /** The copies made so far. */
  final class Copies {
    private static final Map<Fold, FoldLoop> LOOPS = new ConcurrentHashMap<>();

    private Copies() {}
  }

  /** Copied for each fold. */
  final class Template implements FoldLoop {
    private static final Fold FOLD = Specialized.operation(MethodHandles.lookup(), Fold.class);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;

    @Override
    public float row(MemorySegment x, long offset, long n) {
      FloatVector s0 = FloatVector.broadcast(S, FOLD.identity);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      long bytes = n * Float.BYTES;
      long at = 0;
      for (; at <= bytes - 4 * V; at += 4 * V) {
        long from = offset + at;
        s0 = FOLD.next(s0, FloatVector.fromMemorySegment(S, x, from, Lanes.ORDER));
        s1 = FOLD.next(s1, FloatVector.fromMemorySegment(S, x, from + V, Lanes.ORDER));
        s2 = FOLD.next(s2, FloatVector.fromMemorySegment(S, x, from + 2 * V, Lanes.ORDER));
        s3 = FOLD.next(s3, FloatVector.fromMemorySegment(S, x, from + 3 * V, Lanes.ORDER));
      }
      for (; at <= bytes - V; at += V) {
        s0 = FOLD.next(s0, FloatVector.fromMemorySegment(S, x, offset + at, Lanes.ORDER));
      }
      int rest = (int) (n % Lanes.COUNT);
      if (rest > 0) {
        VectorMask<Float> mask = S.indexInRange(0, rest);
        s1 =
            s1.blend(
                FOLD.next(s1, FloatVector.fromMemorySegment(S, x, offset + at, Lanes.ORDER, mask)),
                mask);
      }
      return FOLD.lanes(FOLD.merge(FOLD.merge(s0, s1), FOLD.merge(s2, s3)));
    }

    @Override
    public void columns(
        MemorySegment x,
        long offset,
        long rows,
        long rowStride,
        MemorySegment out,
        long outOffset,
        long n) {
      long bytes = n * Float.BYTES;
      long at = 0;
      for (; at <= bytes - 4 * V; at += 4 * V) {
        fourVectors(x, offset + at, rows, rowStride, out, outOffset + at);
      }
      for (; at < bytes; at += V) {
        int lanes = (int) Math.min(Lanes.COUNT, (bytes - at) / Float.BYTES);
        oneVector(x, offset + at, rows, rowStride, out, outOffset + at, S.indexInRange(0, lanes));
      }
    }

    private static void fourVectors(
        MemorySegment x,
        long offset,
        long rows,
        long rowStride,
        MemorySegment out,
        long outOffset) {
      FloatVector s0 = FloatVector.broadcast(S, FOLD.identity);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      long from = offset;
      for (long row = 0; row < rows; row++) {
        s0 = FOLD.next(s0, FloatVector.fromMemorySegment(S, x, from, Lanes.ORDER));
        s1 = FOLD.next(s1, FloatVector.fromMemorySegment(S, x, from + V, Lanes.ORDER));
        s2 = FOLD.next(s2, FloatVector.fromMemorySegment(S, x, from + 2 * V, Lanes.ORDER));
        s3 = FOLD.next(s3, FloatVector.fromMemorySegment(S, x, from + 3 * V, Lanes.ORDER));
        from += rowStride;
      }
      s0.intoMemorySegment(out, outOffset, Lanes.ORDER);
      s1.intoMemorySegment(out, outOffset + V, Lanes.ORDER);
      s2.intoMemorySegment(out, outOffset + 2 * V, Lanes.ORDER);
      s3.intoMemorySegment(out, outOffset + 3 * V, Lanes.ORDER);
    }

    private static void oneVector(
        MemorySegment x,
        long offset,
        long rows,
        long rowStride,
        MemorySegment out,
        long outOffset,
        VectorMask<Float> mask) {
      FloatVector sum = FloatVector.broadcast(S, FOLD.identity);
      long from = offset;
      for (long row = 0; row < rows; row++) {
        sum = FOLD.next(sum, FloatVector.fromMemorySegment(S, x, from, Lanes.ORDER, mask));
        from += rowStride;
      }
      sum.intoMemorySegment(out, outOffset, Lanes.ORDER, mask);
    }
  }
}
