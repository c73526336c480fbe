package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loop of sampled products: a row's stretch of the left operand stays in registers, and
 * every entry of the row multiplies it with its column's stretch in the panel. The lanes of an
 * entry's sum wait in the slot, one vector per entry, until all stretches are done.
 */
interface DotLoop {
  /** Most vectors of one of several stretches. */
  int FEW_VECTORS = 4;

  /** Most vectors of a stretch: they lie in registers, of which AVX-512 has 32. */
  int MOST_VECTORS = Lanes.COUNT == 16 ? 13 : 8;

  /**
   * Adds the products of one stretch to the slot's partial sums, or starts them.
   *
   * @param groups the rows and their entries, from {@code from} to {@code to} in the block that
   *     begins at {@code base}
   * @param firstEntry the one whose sum is the slot's first
   * @param shift what is added to each place
   * @param left the rows of the left operand, {@code vectors} vectors of each
   */
  default void run(
      RowGroups groups,
      int base,
      int from,
      int to,
      int firstEntry,
      boolean first,
      int slot,
      int shift,
      LeftRows.Rows left) {
    run(
        groups.starts(),
        groups.rows(),
        base,
        from,
        to,
        groups.places(),
        firstEntry,
        first,
        slot,
        shift,
        left.data(),
        left.offset(),
        left.pitch());
  }

  /** The same from the fields of the groups and the left operand, which a loop keeps at hand. */
  void run(
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
      long leftPitch);

  /** The loop for groups of so many rows, and stretches of {@code vectors} vectors. */
  static DotLoop of(int rows, int vectors) {
    return rows == 1 ? of(vectors) : DotGroupLoop.of(rows, vectors);
  }

  /** The loop for rows on their own. */
  static DotLoop of(int vectors) {
    return Copies.LOOPS[vectors];
  }

  /** One copy per number of vectors. */
  final class Copies {
    private static final DotLoop[] LOOPS = new DotLoop[MOST_VECTORS + 1];

    static {
      for (int vectors = 1; vectors <= MOST_VECTORS; vectors++) {
        LOOPS[vectors] = Specialized.copy(Template.class, DotLoop.class, vectors);
      }
    }

    private Copies() {}
  }

  /** Copied for each number of vectors; every operation in the method, as in {@link EntryLoop}. */
  final class Template implements DotLoop {
    private static final int VECTORS = Specialized.operation(MethodHandles.lookup(), Integer.class);
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
        long at = leftOffset + rows[q] * leftPitch;
        FloatVector a0 = FloatVector.fromMemorySegment(S, left, at, Lanes.ORDER);
        FloatVector a1 =
            VECTORS > 1 ? FloatVector.fromMemorySegment(S, left, at + V, Lanes.ORDER) : zero;
        FloatVector a2 =
            VECTORS > 2 ? FloatVector.fromMemorySegment(S, left, at + 2 * V, Lanes.ORDER) : zero;
        FloatVector a3 =
            VECTORS > 3 ? FloatVector.fromMemorySegment(S, left, at + 3 * V, Lanes.ORDER) : zero;
        FloatVector a4 =
            VECTORS > 4 ? FloatVector.fromMemorySegment(S, left, at + 4 * V, Lanes.ORDER) : zero;
        FloatVector a5 =
            VECTORS > 5 ? FloatVector.fromMemorySegment(S, left, at + 5 * V, Lanes.ORDER) : zero;
        FloatVector a6 =
            VECTORS > 6 ? FloatVector.fromMemorySegment(S, left, at + 6 * V, Lanes.ORDER) : zero;
        FloatVector a7 =
            VECTORS > 7 ? FloatVector.fromMemorySegment(S, left, at + 7 * V, Lanes.ORDER) : zero;
        FloatVector a8 =
            VECTORS > 8 ? FloatVector.fromMemorySegment(S, left, at + 8 * V, Lanes.ORDER) : zero;
        FloatVector a9 =
            VECTORS > 9 ? FloatVector.fromMemorySegment(S, left, at + 9 * V, Lanes.ORDER) : zero;
        FloatVector a10 =
            VECTORS > 10 ? FloatVector.fromMemorySegment(S, left, at + 10 * V, Lanes.ORDER) : zero;
        FloatVector a11 =
            VECTORS > 11 ? FloatVector.fromMemorySegment(S, left, at + 11 * V, Lanes.ORDER) : zero;
        FloatVector a12 =
            VECTORS > 12 ? FloatVector.fromMemorySegment(S, left, at + 12 * V, Lanes.ORDER) : zero;
        int end = starts[base + q + 1];
        for (int p = starts[base + q]; p < end; p++) {
          int column = (places[p] + shift) & Panels.PLACE_MASK;
          long place = (long) header + column + Panels.HEADER_BYTES;
          int entry = (p - firstEntry) & (Panels.PARTIAL_COUNT - 1);
          long sum = header + entry * V + Panels.PARTIALS;
          FloatVector s = first ? zero : FloatVector.fromMemorySegment(S, PANELS, sum, Lanes.ORDER);
          s = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(a0, s);
          FloatVector t = zero;
          if (VECTORS > 1) {
            t = FloatVector.fromMemorySegment(S, PANELS, place + V, Lanes.ORDER).fma(a1, t);
          }
          if (VECTORS > 2) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 2 * V, Lanes.ORDER).fma(a2, s);
          }
          if (VECTORS > 3) {
            t = FloatVector.fromMemorySegment(S, PANELS, place + 3 * V, Lanes.ORDER).fma(a3, t);
          }
          if (VECTORS > 4) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 4 * V, Lanes.ORDER).fma(a4, s);
          }
          if (VECTORS > 5) {
            t = FloatVector.fromMemorySegment(S, PANELS, place + 5 * V, Lanes.ORDER).fma(a5, t);
          }
          if (VECTORS > 6) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 6 * V, Lanes.ORDER).fma(a6, s);
          }
          if (VECTORS > 7) {
            t = FloatVector.fromMemorySegment(S, PANELS, place + 7 * V, Lanes.ORDER).fma(a7, t);
          }
          if (VECTORS > 8) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 8 * V, Lanes.ORDER).fma(a8, s);
          }
          if (VECTORS > 9) {
            t = FloatVector.fromMemorySegment(S, PANELS, place + 9 * V, Lanes.ORDER).fma(a9, t);
          }
          if (VECTORS > 10) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 10 * V, Lanes.ORDER).fma(a10, s);
          }
          if (VECTORS > 11) {
            t = FloatVector.fromMemorySegment(S, PANELS, place + 11 * V, Lanes.ORDER).fma(a11, t);
          }
          if (VECTORS > 12) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 12 * V, Lanes.ORDER).fma(a12, s);
          }
          if (VECTORS > 1) {
            s = s.add(t);
          }
          s.intoMemorySegment(PANELS, sum, Lanes.ORDER);
        }
      }
    }
  }
}
