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
  /** Most vectors of a stretch. */
  int MOST_VECTORS = EntryLoop.MOST_VECTORS;

  /**
   * Adds the products of one stretch to the slot's partial sums, or starts them.
   *
   * @param places of the entries' columns in the panel, in bytes
   * @param firstEntry the one whose sum is the slot's first
   * @param left the rows of the left operand, {@code vectors} vectors of each
   */
  void run(
      GroupRange rows, int[] places, int firstEntry, boolean first, int slot, LeftRows.Rows left);

  /** The loop for stretches of {@code vectors} vectors. */
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
        GroupRange rows,
        int[] places,
        int firstEntry,
        boolean first,
        int slot,
        LeftRows.Rows left) {
      run(
          rows.starts(),
          rows.rows(),
          rows.base(),
          rows.from(),
          rows.to(),
          places,
          firstEntry,
          first,
          slot,
          left.data(),
          left.offset(),
          left.pitch());
    }

    private static void run(
        int[] starts,
        int[] rows,
        int base,
        int from,
        int to,
        int[] places,
        int firstEntry,
        boolean first,
        int slot,
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
        int end = starts[base + q + 1];
        for (int p = starts[base + q]; p < end; p++) {
          long place = (long) header + (places[p] & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          int entry = (p - firstEntry) & (Panels.PARTIAL_COUNT - 1);
          long sum = header + entry * V + Panels.PARTIALS;
          FloatVector s = first ? zero : FloatVector.fromMemorySegment(S, PANELS, sum, Lanes.ORDER);
          s = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(a0, s);
          if (VECTORS > 1) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + V, Lanes.ORDER).fma(a1, s);
          }
          if (VECTORS > 2) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 2 * V, Lanes.ORDER).fma(a2, s);
          }
          if (VECTORS > 3) {
            s = FloatVector.fromMemorySegment(S, PANELS, place + 3 * V, Lanes.ORDER).fma(a3, s);
          }
          s.intoMemorySegment(PANELS, sum, Lanes.ORDER);
        }
      }
    }
  }
}
