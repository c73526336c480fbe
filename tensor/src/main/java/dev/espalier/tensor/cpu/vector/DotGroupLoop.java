package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loop of sampled products where two or four rows have the same columns: the stretches of
 * these rows of the left operand stay in registers and share each load of the panel. Otherwise as
 * {@link DotLoop}; the sums of an entry follow each other.
 */
final class DotGroupLoop {
  /** Vectors of the left operand that registers hold: half of them. */
  static final int HELD = Lanes.COUNT == 16 ? 16 : 8;

  private DotGroupLoop() {}

  /** The loop for groups of two or four rows and stretches of {@code vectors} vectors. */
  static DotLoop of(int rows, int vectors) {
    return Copies.LOOPS[rows][vectors];
  }

  /**
   * Most vectors of a stretch of n columns where so many rows have the same columns: all if their
   * sums then need not wait in memory for another stretch.
   */
  static int vectors(int rows, int n) {
    int all = Math.ceilDiv(n, Lanes.COUNT);
    return all <= mostVectors(rows) ? all : Math.min(mostVectors(rows), DotLoop.FEW_VECTORS);
  }

  /** Most vectors of a stretch where so many rows have the same columns. */
  static int mostVectors(int rows) {
    int sharing = Integer.highestOneBit(Math.min(rows, GroupLoop.MOST_ROWS));
    return sharing == 1 ? DotLoop.MOST_VECTORS : HELD / sharing;
  }

  /** What a copy is for. */
  record Kind(int rows, int vectors) {}

  /** One copy per kind. */
  private static final class Copies {
    private static final DotLoop[][] LOOPS = new DotLoop[GroupLoop.MOST_ROWS + 1][];

    static {
      for (int rows = 2; rows <= GroupLoop.MOST_ROWS; rows += 2) {
        LOOPS[rows] = new DotLoop[mostVectors(rows) + 1];
        for (int vectors = 1; vectors <= mostVectors(rows); vectors++) {
          var kind = new Kind(rows, vectors);
          LOOPS[rows][vectors] = Specialized.copy(Template.class, DotLoop.class, kind);
        }
      }
    }

    private Copies() {}
  }

  /** Copied for each kind; every vector operation in the method, as in {@link EntryLoop}. */
  static final class Template implements DotLoop {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final int ROWS = KIND.rows();
    private static final int VECTORS = KIND.vectors();
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;
    private static final MemorySegment PANELS = Panels.MEMORY;

    @Override
    public void run(
        int[] starts,
        int[] rows,
        int base,
        int from,
        int to,
        int[] places,
        int firstEntry,
        boolean first,
        int slot,
        int shift,
        MemorySegment left,
        long leftOffset,
        long leftPitch) {
      int header = Panels.header(slot);
      FloatVector zero = FloatVector.zero(S);
      for (int q = from; q < to; q++) {
        long aAt = leftOffset + rows[q] * leftPitch;
        long bAt = aAt + leftPitch;
        long cAt = bAt + leftPitch;
        long dAt = cAt + leftPitch;
        FloatVector a0 = FloatVector.fromMemorySegment(S, left, aAt, Lanes.ORDER);
        FloatVector a1 =
            VECTORS > 1 ? FloatVector.fromMemorySegment(S, left, aAt + V, Lanes.ORDER) : zero;
        FloatVector a2 =
            VECTORS > 2 ? FloatVector.fromMemorySegment(S, left, aAt + 2 * V, Lanes.ORDER) : zero;
        FloatVector a3 =
            VECTORS > 3 ? FloatVector.fromMemorySegment(S, left, aAt + 3 * V, Lanes.ORDER) : zero;
        FloatVector a4 =
            VECTORS > 4 ? FloatVector.fromMemorySegment(S, left, aAt + 4 * V, Lanes.ORDER) : zero;
        FloatVector a5 =
            VECTORS > 5 ? FloatVector.fromMemorySegment(S, left, aAt + 5 * V, Lanes.ORDER) : zero;
        FloatVector a6 =
            VECTORS > 6 ? FloatVector.fromMemorySegment(S, left, aAt + 6 * V, Lanes.ORDER) : zero;
        FloatVector a7 =
            VECTORS > 7 ? FloatVector.fromMemorySegment(S, left, aAt + 7 * V, Lanes.ORDER) : zero;
        FloatVector b0 = FloatVector.fromMemorySegment(S, left, bAt, Lanes.ORDER);
        FloatVector b1 =
            VECTORS > 1 ? FloatVector.fromMemorySegment(S, left, bAt + V, Lanes.ORDER) : zero;
        FloatVector b2 =
            VECTORS > 2 ? FloatVector.fromMemorySegment(S, left, bAt + 2 * V, Lanes.ORDER) : zero;
        FloatVector b3 =
            VECTORS > 3 ? FloatVector.fromMemorySegment(S, left, bAt + 3 * V, Lanes.ORDER) : zero;
        FloatVector b4 =
            VECTORS > 4 ? FloatVector.fromMemorySegment(S, left, bAt + 4 * V, Lanes.ORDER) : zero;
        FloatVector b5 =
            VECTORS > 5 ? FloatVector.fromMemorySegment(S, left, bAt + 5 * V, Lanes.ORDER) : zero;
        FloatVector b6 =
            VECTORS > 6 ? FloatVector.fromMemorySegment(S, left, bAt + 6 * V, Lanes.ORDER) : zero;
        FloatVector b7 =
            VECTORS > 7 ? FloatVector.fromMemorySegment(S, left, bAt + 7 * V, Lanes.ORDER) : zero;
        FloatVector c0 = ROWS > 2 ? FloatVector.fromMemorySegment(S, left, cAt, Lanes.ORDER) : zero;
        FloatVector c1 =
            ROWS > 2 && VECTORS > 1
                ? FloatVector.fromMemorySegment(S, left, cAt + V, Lanes.ORDER)
                : zero;
        FloatVector c2 =
            ROWS > 2 && VECTORS > 2
                ? FloatVector.fromMemorySegment(S, left, cAt + 2 * V, Lanes.ORDER)
                : zero;
        FloatVector c3 =
            ROWS > 2 && VECTORS > 3
                ? FloatVector.fromMemorySegment(S, left, cAt + 3 * V, Lanes.ORDER)
                : zero;
        FloatVector d0 = ROWS > 2 ? FloatVector.fromMemorySegment(S, left, dAt, Lanes.ORDER) : zero;
        FloatVector d1 =
            ROWS > 2 && VECTORS > 1
                ? FloatVector.fromMemorySegment(S, left, dAt + V, Lanes.ORDER)
                : zero;
        FloatVector d2 =
            ROWS > 2 && VECTORS > 2
                ? FloatVector.fromMemorySegment(S, left, dAt + 2 * V, Lanes.ORDER)
                : zero;
        FloatVector d3 =
            ROWS > 2 && VECTORS > 3
                ? FloatVector.fromMemorySegment(S, left, dAt + 3 * V, Lanes.ORDER)
                : zero;
        int end = starts[base + q + 1];
        for (int p = starts[base + q]; p < end; p++) {
          int column = (places[p] + shift) & Panels.PLACE_MASK;
          long place = (long) header + column + Panels.HEADER_BYTES;
          int entry = (p - firstEntry) * ROWS & (Panels.PARTIAL_COUNT - 1);
          long sum = header + entry * V + Panels.PARTIALS;
          FloatVector a = zero;
          FloatVector b = zero;
          FloatVector c = zero;
          FloatVector d = zero;
          if (!first) {
            a = FloatVector.fromMemorySegment(S, PANELS, sum, Lanes.ORDER);
            b = FloatVector.fromMemorySegment(S, PANELS, sum + V, Lanes.ORDER);
            if (ROWS > 2) {
              c = FloatVector.fromMemorySegment(S, PANELS, sum + 2 * V, Lanes.ORDER);
              d = FloatVector.fromMemorySegment(S, PANELS, sum + 3 * V, Lanes.ORDER);
            }
          }
          FloatVector x = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER);
          a = x.fma(a0, a);
          b = x.fma(b0, b);
          if (ROWS > 2) {
            c = x.fma(c0, c);
            d = x.fma(d0, d);
          }
          if (VECTORS > 1) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + V, Lanes.ORDER);
            a = x.fma(a1, a);
            b = x.fma(b1, b);
            if (ROWS > 2) {
              c = x.fma(c1, c);
              d = x.fma(d1, d);
            }
          }
          if (VECTORS > 2) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + 2 * V, Lanes.ORDER);
            a = x.fma(a2, a);
            b = x.fma(b2, b);
            if (ROWS > 2) {
              c = x.fma(c2, c);
              d = x.fma(d2, d);
            }
          }
          if (VECTORS > 3) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + 3 * V, Lanes.ORDER);
            a = x.fma(a3, a);
            b = x.fma(b3, b);
            if (ROWS > 2) {
              c = x.fma(c3, c);
              d = x.fma(d3, d);
            }
          }
          if (VECTORS > 4) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + 4 * V, Lanes.ORDER);
            a = x.fma(a4, a);
            b = x.fma(b4, b);
          }
          if (VECTORS > 5) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + 5 * V, Lanes.ORDER);
            a = x.fma(a5, a);
            b = x.fma(b5, b);
          }
          if (VECTORS > 6) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + 6 * V, Lanes.ORDER);
            a = x.fma(a6, a);
            b = x.fma(b6, b);
          }
          if (VECTORS > 7) {
            x = FloatVector.fromMemorySegment(S, PANELS, place + 7 * V, Lanes.ORDER);
            a = x.fma(a7, a);
            b = x.fma(b7, b);
          }
          a.intoMemorySegment(PANELS, sum, Lanes.ORDER);
          b.intoMemorySegment(PANELS, sum + V, Lanes.ORDER);
          if (ROWS > 2) {
            c.intoMemorySegment(PANELS, sum + 2 * V, Lanes.ORDER);
            d.intoMemorySegment(PANELS, sum + 3 * V, Lanes.ORDER);
          }
        }
      }
    }
  }
}
