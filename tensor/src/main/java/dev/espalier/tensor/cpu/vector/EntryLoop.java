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

  /** A value's bits and the place of its column in the panel, in bytes. */
  static long entry(float value, int place) {
    return (long) Float.floatToRawIntBits(value) << 32 | place;
  }

  /** {@code rows} of the result += their entries times the panel in the slot. */
  void run(GroupRange rows, long[] entries, int slot, ResultRows result);

  /** The loop for rows of {@code vectors} vectors. */
  static EntryLoop of(int vectors) {
    return Copies.LOOPS[vectors];
  }

  /** One copy per number of vectors. */
  final class Copies {
    private static final EntryLoop[] LOOPS = new EntryLoop[MOST_VECTORS + 1];

    static {
      for (int vectors = 1; vectors <= MOST_VECTORS; vectors++) {
        LOOPS[vectors] = Specialized.copy(Template.class, EntryLoop.class, vectors);
      }
    }

    private Copies() {}
  }

  /** Copied for each number of vectors. */
  final class Template implements EntryLoop {
    private static final int VECTORS = Specialized.operation(MethodHandles.lookup(), Integer.class);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;
    private static final MemorySegment PANELS = Panels.MEMORY;

    @Override
    public void run(GroupRange rows, long[] entries, int slot, ResultRows result) {
      run(
          rows.starts(),
          rows.rows(),
          rows.base(),
          rows.from(),
          rows.to(),
          entries,
          slot,
          result.first(),
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
        boolean first,
        boolean relu,
        float[] rowBias,
        MemorySegment out,
        long outOffset,
        long outPitch) {
      int header = Panels.header(slot);
      FloatVector zero = FloatVector.zero(S);
      for (int q = from; q < to; q++) {
        int p = starts[base + q];
        int end = starts[base + q + 1];
        int row = rows[q];
        long at = outOffset + row * outPitch;
        FloatVector bias = FloatVector.broadcast(S, rowBias[row]);
        FloatVector a0 = Accumulator.start(first, header, bias, out, at);
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        FloatVector a3 = zero;
        if (VECTORS > 1) {
          a1 = Accumulator.start(first, header + V, bias, out, at + V);
        }
        if (VECTORS > 2) {
          a2 = Accumulator.start(first, header + 2 * V, bias, out, at + 2 * V);
        }
        if (VECTORS > 3) {
          a3 = Accumulator.start(first, header + 3 * V, bias, out, at + 3 * V);
        }
        if (VECTORS == 1) {
          FloatVector b0 = zero;
          FloatVector c0 = zero;
          FloatVector d0 = zero;
          for (; p < end - 3; p += 4) {
            long e = entries[p];
            a0 = vector(header, e, 0).fma(value(e), a0);
            e = entries[p + 1];
            b0 = vector(header, e, 0).fma(value(e), b0);
            e = entries[p + 2];
            c0 = vector(header, e, 0).fma(value(e), c0);
            e = entries[p + 3];
            d0 = vector(header, e, 0).fma(value(e), d0);
          }
          a0 = a0.add(b0).add(c0.add(d0));
        }
        if (VECTORS == 2) {
          FloatVector b0 = zero;
          FloatVector b1 = zero;
          for (; p < end - 1; p += 2) {
            long e = entries[p];
            FloatVector w = value(e);
            a0 = vector(header, e, 0).fma(w, a0);
            a1 = vector(header, e, V).fma(w, a1);
            e = entries[p + 1];
            w = value(e);
            b0 = vector(header, e, 0).fma(w, b0);
            b1 = vector(header, e, V).fma(w, b1);
          }
          a0 = a0.add(b0);
          a1 = a1.add(b1);
        }
        for (; p < end; p++) {
          long e = entries[p];
          FloatVector w = value(e);
          a0 = vector(header, e, 0).fma(w, a0);
          if (VECTORS > 1) {
            a1 = vector(header, e, V).fma(w, a1);
          }
          if (VECTORS > 2) {
            a2 = vector(header, e, 2 * V).fma(w, a2);
          }
          if (VECTORS > 3) {
            a3 = vector(header, e, 3 * V).fma(w, a3);
          }
        }
        Accumulator.finish(a0, relu, out, at);
        if (VECTORS > 1) {
          Accumulator.finish(a1, relu, out, at + V);
        }
        if (VECTORS > 2) {
          Accumulator.finish(a2, relu, out, at + 2 * V);
        }
        if (VECTORS > 3) {
          Accumulator.finish(a3, relu, out, at + 3 * V);
        }
      }
    }

    private static FloatVector value(long entry) {
      return IntVector.broadcast(Lanes.INTS, (int) (entry >>> 32)).reinterpretAsFloats();
    }

    private static FloatVector vector(int header, long entry, long shift) {
      long place = (long) header + ((int) entry & Panels.PLACE_MASK);
      return FloatVector.fromMemorySegment(
          S, PANELS, place + (Panels.HEADER_BYTES + shift), Lanes.ORDER);
    }
  }
}
