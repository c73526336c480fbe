package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loop of sparse times dense where two or four rows have the same columns (blocks,
 * vectors of rows, patterns shared by rows): they share each load of the panel.
 *
 * <p>Eight sums in all: the compiler stops inlining a method's vector operations at 8,000 bytes of
 * bytecode, some fifty of them.
 */
interface GroupLoop {
  /** Most rows that share a load. */
  int MOST_ROWS = 4;

  /** Sums of a group. */
  int SUMS = 8;

  /**
   * Groups of rows of the result += their entries times the copy's vectors of the slot's panel,
   * from byte {@code shift} of each row on.
   *
   * @param entries for each the place of its column in the panel, in bytes, and the bits of one
   *     value per row: one stream, since a second array's address would not find a register
   */
  void run(
      RowGroups groups,
      int base,
      int from,
      int to,
      int[] entries,
      int slot,
      long shift,
      ResultRows result);

  /**
   * The loop for groups of two or four rows of {@code vectors} vectors.
   *
   * @param first whether rows start from the slot's header and their bias rather than from what
   *     earlier blocks of columns left
   */
  static GroupLoop of(int rows, int vectors, boolean first) {
    return (first ? Copies.FIRST : Copies.LATER)[rows][vectors];
  }

  /** What a copy is for. */
  record Kind(int rows, int vectors, boolean first) {}

  /** One copy per kind. */
  final class Copies {
    private static final GroupLoop[][] FIRST = copies(true);
    private static final GroupLoop[][] LATER = copies(false);

    private Copies() {}

    private static GroupLoop[][] copies(boolean first) {
      var loops = new GroupLoop[MOST_ROWS + 1][];
      for (int rows = 2; rows <= MOST_ROWS; rows += 2) {
        loops[rows] = new GroupLoop[SUMS / rows + 1];
        for (int vectors = 1; vectors <= SUMS / rows; vectors++) {
          var kind = new Kind(rows, vectors, first);
          loops[rows][vectors] = Specialized.copy(Template.class, GroupLoop.class, kind);
        }
      }
      return loops;
    }
  }

  /** Copied for each kind; every vector operation stands in the method, as in {@link EntryLoop}. */
  final class Template implements GroupLoop {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final int ROWS = KIND.rows();
    private static final int VECTORS = KIND.vectors();
    private static final boolean FIRST = KIND.first();
    private static final int SIZE_OF_ENTRY = 1 + ROWS;
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final long V = Lanes.BYTES;

    /** Halves of rows of four vectors. */
    private static final int SHIFT_MASK = (int) (2 * V);

    @Override
    public void run(
        RowGroups groups,
        int base,
        int from,
        int to,
        int[] entries,
        int slot,
        long shift,
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
          result.rowBias(),
          result.data(),
          result.offset() + shift,
          result.pitch());
    }

    private static void run(
        int[] starts,
        int[] rows,
        int base,
        int from,
        int to,
        int[] entries,
        int slot,
        long shift,
        float[] rowBias,
        MemorySegment out,
        long outOffset,
        long outPitch) {
      int header = Panels.header(slot) + ((int) shift & SHIFT_MASK);
      FloatVector zero = FloatVector.zero(S);
      FloatVector h0 =
          FIRST ? FloatVector.fromMemorySegment(S, Panels.MEMORY, header, Lanes.ORDER) : zero;
      FloatVector h1 =
          FIRST && VECTORS > 1
              ? FloatVector.fromMemorySegment(S, Panels.MEMORY, header + V, Lanes.ORDER)
              : zero;
      FloatVector h2 =
          FIRST && VECTORS > 2
              ? FloatVector.fromMemorySegment(S, Panels.MEMORY, header + 2 * V, Lanes.ORDER)
              : zero;
      FloatVector h3 =
          FIRST && VECTORS > 3
              ? FloatVector.fromMemorySegment(S, Panels.MEMORY, header + 3 * V, Lanes.ORDER)
              : zero;
      for (int q = from; q < to; q++) {
        int p = starts[base + q] * SIZE_OF_ENTRY;
        int end = starts[base + q + 1] * SIZE_OF_ENTRY;
        int row = rows[q];
        long aAt = outOffset + row * outPitch;
        long bAt = aAt + outPitch;
        long cAt = bAt + outPitch;
        long dAt = cAt + outPitch;
        FloatVector aBias = FIRST ? FloatVector.broadcast(S, rowBias[row]) : zero;
        FloatVector bBias = FIRST ? FloatVector.broadcast(S, rowBias[row + 1]) : zero;
        FloatVector cBias = FIRST && ROWS > 2 ? FloatVector.broadcast(S, rowBias[row + 2]) : zero;
        FloatVector dBias = FIRST && ROWS > 2 ? FloatVector.broadcast(S, rowBias[row + 3]) : zero;
        FloatVector a0 =
            (FIRST ? h0.add(aBias) : FloatVector.fromMemorySegment(S, out, aAt, Lanes.ORDER));
        FloatVector a1 =
            VECTORS > 1
                ? (FIRST
                    ? h1.add(aBias)
                    : FloatVector.fromMemorySegment(S, out, aAt + V, Lanes.ORDER))
                : zero;
        FloatVector a2 =
            VECTORS > 2
                ? (FIRST
                    ? h2.add(aBias)
                    : FloatVector.fromMemorySegment(S, out, aAt + 2 * V, Lanes.ORDER))
                : zero;
        FloatVector a3 =
            VECTORS > 3
                ? (FIRST
                    ? h3.add(aBias)
                    : FloatVector.fromMemorySegment(S, out, aAt + 3 * V, Lanes.ORDER))
                : zero;
        FloatVector b0 =
            (FIRST ? h0.add(bBias) : FloatVector.fromMemorySegment(S, out, bAt, Lanes.ORDER));
        FloatVector b1 =
            VECTORS > 1
                ? (FIRST
                    ? h1.add(bBias)
                    : FloatVector.fromMemorySegment(S, out, bAt + V, Lanes.ORDER))
                : zero;
        FloatVector b2 =
            VECTORS > 2
                ? (FIRST
                    ? h2.add(bBias)
                    : FloatVector.fromMemorySegment(S, out, bAt + 2 * V, Lanes.ORDER))
                : zero;
        FloatVector b3 =
            VECTORS > 3
                ? (FIRST
                    ? h3.add(bBias)
                    : FloatVector.fromMemorySegment(S, out, bAt + 3 * V, Lanes.ORDER))
                : zero;
        FloatVector c0 =
            ROWS > 2
                ? (FIRST ? h0.add(cBias) : FloatVector.fromMemorySegment(S, out, cAt, Lanes.ORDER))
                : zero;
        FloatVector c1 =
            ROWS > 2 && VECTORS > 1
                ? (FIRST
                    ? h1.add(cBias)
                    : FloatVector.fromMemorySegment(S, out, cAt + V, Lanes.ORDER))
                : zero;
        FloatVector d0 =
            ROWS > 2
                ? (FIRST ? h0.add(dBias) : FloatVector.fromMemorySegment(S, out, dAt, Lanes.ORDER))
                : zero;
        FloatVector d1 =
            ROWS > 2 && VECTORS > 1
                ? (FIRST
                    ? h1.add(dBias)
                    : FloatVector.fromMemorySegment(S, out, dAt + V, Lanes.ORDER))
                : zero;
        for (; p < end; p += SIZE_OF_ENTRY) {
          long place = (long) header + (entries[p] & Panels.PLACE_MASK) + Panels.HEADER_BYTES;
          FloatVector x0 = FloatVector.fromMemorySegment(S, Panels.MEMORY, place, Lanes.ORDER);
          FloatVector x1 =
              VECTORS > 1
                  ? FloatVector.fromMemorySegment(S, Panels.MEMORY, place + V, Lanes.ORDER)
                  : zero;
          FloatVector x2 =
              VECTORS > 2
                  ? FloatVector.fromMemorySegment(S, Panels.MEMORY, place + 2 * V, Lanes.ORDER)
                  : zero;
          FloatVector x3 =
              VECTORS > 3
                  ? FloatVector.fromMemorySegment(S, Panels.MEMORY, place + 3 * V, Lanes.ORDER)
                  : zero;
          FloatVector w = IntVector.broadcast(Lanes.INTS, entries[p + 1]).reinterpretAsFloats();
          a0 = x0.fma(w, a0);
          if (VECTORS > 1) {
            a1 = x1.fma(w, a1);
          }
          if (VECTORS > 2) {
            a2 = x2.fma(w, a2);
          }
          if (VECTORS > 3) {
            a3 = x3.fma(w, a3);
          }
          w = IntVector.broadcast(Lanes.INTS, entries[p + 2]).reinterpretAsFloats();
          b0 = x0.fma(w, b0);
          if (VECTORS > 1) {
            b1 = x1.fma(w, b1);
          }
          if (VECTORS > 2) {
            b2 = x2.fma(w, b2);
          }
          if (VECTORS > 3) {
            b3 = x3.fma(w, b3);
          }
          if (ROWS > 2) {
            w = IntVector.broadcast(Lanes.INTS, entries[p + 3]).reinterpretAsFloats();
            c0 = x0.fma(w, c0);
            if (VECTORS > 1) {
              c1 = x1.fma(w, c1);
            }
            w = IntVector.broadcast(Lanes.INTS, entries[p + 4]).reinterpretAsFloats();
            d0 = x0.fma(w, d0);
            if (VECTORS > 1) {
              d1 = x1.fma(w, d1);
            }
          }
        }
        a0.intoMemorySegment(out, aAt, Lanes.ORDER);
        if (VECTORS > 1) {
          a1.intoMemorySegment(out, aAt + V, Lanes.ORDER);
        }
        if (VECTORS > 2) {
          a2.intoMemorySegment(out, aAt + 2 * V, Lanes.ORDER);
        }
        if (VECTORS > 3) {
          a3.intoMemorySegment(out, aAt + 3 * V, Lanes.ORDER);
        }
        b0.intoMemorySegment(out, bAt, Lanes.ORDER);
        if (VECTORS > 1) {
          b1.intoMemorySegment(out, bAt + V, Lanes.ORDER);
        }
        if (VECTORS > 2) {
          b2.intoMemorySegment(out, bAt + 2 * V, Lanes.ORDER);
        }
        if (VECTORS > 3) {
          b3.intoMemorySegment(out, bAt + 3 * V, Lanes.ORDER);
        }
        if (ROWS > 2) {
          c0.intoMemorySegment(out, cAt, Lanes.ORDER);
        }
        if (ROWS > 2 && VECTORS > 1) {
          c1.intoMemorySegment(out, cAt + V, Lanes.ORDER);
        }
        if (ROWS > 2) {
          d0.intoMemorySegment(out, dAt, Lanes.ORDER);
        }
        if (ROWS > 2 && VECTORS > 1) {
          d1.intoMemorySegment(out, dAt + V, Lanes.ORDER);
        }
      }
    }
  }
}
