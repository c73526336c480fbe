package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loop of sparse times dense where every row has columns of its own: the vectors of a
 * result row stay in registers while the row's entries stream by, each a broadcast times some
 * vectors of the panel.
 *
 * <p>An entry is one long, so that one load brings the value, which goes on through the integer
 * registers and leaves the load ports to the panel, and the place of its column. Rows that need
 * less than four vectors spread their entries over several sums, whose chains of multiply-adds hide
 * each other's latency.
 */
interface EntryLoop {
  /** Most vectors per row. */
  int MOST_VECTORS = 4;

  /**
   * {@code rows} of the result += their entries times the panel in the slot.
   *
   * @param entries the bits of a value in the upper half, the place of its column in the panel, in
   *     bytes, in the lower
   * @param shift what is added to each place
   */
  void run(
      RowGroups groups,
      int base,
      int from,
      int to,
      long[] entries,
      int slot,
      int shift,
      ResultRows result);

  /**
   * The loop for rows of {@code vectors} vectors.
   *
   * @param first whether rows start from the slot's header and their bias rather than from what
   *     earlier blocks of columns left
   */
  static EntryLoop of(int vectors, boolean first) {
    return (first ? Copies.FIRST : Copies.LATER)[vectors];
  }

  /** What a copy is for. */
  record Kind(int vectors, boolean first) {}

  /** One copy per kind. */
  final class Copies {
    private static final EntryLoop[] FIRST = copies(true);
    private static final EntryLoop[] LATER = copies(false);

    private Copies() {}

    private static EntryLoop[] copies(boolean first) {
      var loops = new EntryLoop[MOST_VECTORS + 1];
      for (int vectors = 1; vectors <= MOST_VECTORS; vectors++) {
        var kind = new Kind(vectors, first);
        loops[vectors] = Specialized.copy(Template.class, EntryLoop.class, kind);
      }
      return loops;
    }
  }

  /**
   * Copied for each kind. Every vector operation stands in the method itself: the compiler refuses
   * to inline a method that it has compiled on its own into much code, and then boxes every vector
   * that passes the call.
   */
  final class Template implements EntryLoop {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final int VECTORS = KIND.vectors();
    private static final boolean FIRST = KIND.first();
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;
    private static final MemorySegment PANELS = Panels.MEMORY;

    @Override
    public void run(
        RowGroups groups,
        int base,
        int from,
        int to,
        long[] entries,
        int slot,
        int shift,
        ResultRows result) {
      run(
          groups.starts(),
          groups.rows(),
          base,
          from,
          to,
          entries,
          slot,
          shift,
          result.relu(),
          result.rowBias(),
          result.data(),
          result.offset(),
          result.pitch());
    }

    private static void run(
        int[] starts,
        int[] rows,
        int base,
        int from,
        int to,
        long[] entries,
        int slot,
        int shift,
        boolean relu,
        float[] rowBias,
        MemorySegment out,
        long outOffset,
        long outPitch) {
      // places are put together where they are used: the compiler loses the range of a sum that it
      // keeps across the loop, and with it drops no checks
      int header = Panels.header(slot);
      FloatVector zero = FloatVector.zero(S);
      for (int q = from; q < to; q++) {
        int p = starts[base + q];
        int end = starts[base + q + 1];
        int row = rows[q];
        long at = outOffset + row * outPitch;
        FloatVector bias = FIRST ? FloatVector.broadcast(S, rowBias[row]) : zero;
        FloatVector a0 = zero;
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        FloatVector a3 = zero;
        a0 =
            FIRST
                ? FloatVector.fromMemorySegment(S, PANELS, header, Lanes.ORDER).add(bias)
                : FloatVector.fromMemorySegment(S, out, at, Lanes.ORDER);
        if (VECTORS > 1) {
          a1 =
              FIRST
                  ? FloatVector.fromMemorySegment(S, PANELS, header + V, Lanes.ORDER).add(bias)
                  : FloatVector.fromMemorySegment(S, out, at + V, Lanes.ORDER);
        }
        if (VECTORS > 2) {
          a2 =
              FIRST
                  ? FloatVector.fromMemorySegment(S, PANELS, header + 2 * V, Lanes.ORDER).add(bias)
                  : FloatVector.fromMemorySegment(S, out, at + 2 * V, Lanes.ORDER);
        }
        if (VECTORS > 3) {
          a3 =
              FIRST
                  ? FloatVector.fromMemorySegment(S, PANELS, header + 3 * V, Lanes.ORDER).add(bias)
                  : FloatVector.fromMemorySegment(S, out, at + 3 * V, Lanes.ORDER);
        }
        if (VECTORS == 1) {
          FloatVector b0 = zero;
          FloatVector c0 = zero;
          FloatVector d0 = zero;
          for (; p < end - 3; p += 4) {
            long e = entries[p];
            long place =
                (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
            FloatVector w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
            a0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, a0);
            e = entries[p + 1];
            place = (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
            w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
            b0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, b0);
            e = entries[p + 2];
            place = (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
            w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
            c0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, c0);
            e = entries[p + 3];
            place = (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
            w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
            d0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, d0);
          }
          a0 = a0.add(b0).add(c0.add(d0));
        }
        if (VECTORS == 2) {
          FloatVector b0 = zero;
          FloatVector b1 = zero;
          for (; p < end - 1; p += 2) {
            long e = entries[p];
            long place =
                (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
            FloatVector w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
            a0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, a0);
            a1 = FloatVector.fromMemorySegment(S, PANELS, place + V, Lanes.ORDER).fma(w, a1);
            e = entries[p + 1];
            place = (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
            w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
            b0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, b0);
            b1 = FloatVector.fromMemorySegment(S, PANELS, place + V, Lanes.ORDER).fma(w, b1);
          }
          a0 = a0.add(b0);
          a1 = a1.add(b1);
        }
        for (; p < end; p++) {
          long e = entries[p];
          long place = (long) header + ((int) e + shift & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          FloatVector w = IntVector.broadcast(Lanes.INTS, (int) (e >>> 32)).reinterpretAsFloats();
          a0 = FloatVector.fromMemorySegment(S, PANELS, place, Lanes.ORDER).fma(w, a0);
          if (VECTORS > 1) {
            a1 = FloatVector.fromMemorySegment(S, PANELS, place + V, Lanes.ORDER).fma(w, a1);
          }
          if (VECTORS > 2) {
            a2 = FloatVector.fromMemorySegment(S, PANELS, place + 2 * V, Lanes.ORDER).fma(w, a2);
          }
          if (VECTORS > 3) {
            a3 = FloatVector.fromMemorySegment(S, PANELS, place + 3 * V, Lanes.ORDER).fma(w, a3);
          }
        }
        if (relu) {
          a0 = a0.max(zero);
          a1 = a1.max(zero);
          a2 = a2.max(zero);
          a3 = a3.max(zero);
        }
        a0.intoMemorySegment(out, at, Lanes.ORDER);
        if (VECTORS > 1) {
          a1.intoMemorySegment(out, at + V, Lanes.ORDER);
        }
        if (VECTORS > 2) {
          a2.intoMemorySegment(out, at + 2 * V, Lanes.ORDER);
        }
        if (VECTORS > 3) {
          a3.intoMemorySegment(out, at + 3 * V, Lanes.ORDER);
        }
      }
    }
  }
}
