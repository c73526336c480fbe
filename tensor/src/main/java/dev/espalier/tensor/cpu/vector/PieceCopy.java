package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies rows that consist of a few vectors from as many places, without an inner loop. */
interface PieceCopy {
  /** Most pieces of a row. */
  int MOST_PIECES = 8;

  /**
   * For {@code rows} rows copies piece i from {@code rowOffsets[row] + offsets[i]} to {@code
   * places[i]} behind the row's place in the target, all in bytes. Pieces are written in ascending
   * order, each as a whole vector.
   *
   * @param places in floats
   */
  void run(
      MemorySegment source,
      long[] rowOffsets,
      int firstRow,
      int rows,
      long[] offsets,
      int[] places,
      MemorySegment target,
      long to,
      long pitch);

  /** The loop for rows of {@code pieces} pieces. */
  static PieceCopy of(int pieces) {
    return Copies.LOOPS[pieces];
  }

  /** One copy per number of pieces. */
  final class Copies {
    private static final PieceCopy[] LOOPS = new PieceCopy[MOST_PIECES + 1];

    static {
      for (int pieces = 1; pieces <= MOST_PIECES; pieces++) {
        LOOPS[pieces] = Specialized.copy(Template.class, PieceCopy.class, pieces);
      }
    }

    private Copies() {}
  }

  /** Copied for each number of pieces. */
  final class Template implements PieceCopy {
    private static final int PIECES = Specialized.operation(MethodHandles.lookup(), Integer.class);
    private static final VectorSpecies<Float> S = Lanes.FLOATS;

    @Override
    public void run(
        MemorySegment source,
        long[] rowOffsets,
        int firstRow,
        int rows,
        long[] offsets,
        int[] places,
        MemorySegment target,
        long to,
        long pitch) {
      long from0 = offsets[0];
      long from1 = PIECES > 1 ? offsets[1] : 0;
      long from2 = PIECES > 2 ? offsets[2] : 0;
      long from3 = PIECES > 3 ? offsets[3] : 0;
      long from4 = PIECES > 4 ? offsets[4] : 0;
      long from5 = PIECES > 5 ? offsets[5] : 0;
      long from6 = PIECES > 6 ? offsets[6] : 0;
      long from7 = PIECES > 7 ? offsets[7] : 0;
      long to1 = PIECES > 1 ? places[1] * (long) Float.BYTES : 0;
      long to2 = PIECES > 2 ? places[2] * (long) Float.BYTES : 0;
      long to3 = PIECES > 3 ? places[3] * (long) Float.BYTES : 0;
      long to4 = PIECES > 4 ? places[4] * (long) Float.BYTES : 0;
      long to5 = PIECES > 5 ? places[5] * (long) Float.BYTES : 0;
      long to6 = PIECES > 6 ? places[6] * (long) Float.BYTES : 0;
      long to7 = PIECES > 7 ? places[7] * (long) Float.BYTES : 0;
      long at = to;
      for (int row = firstRow; row < firstRow + rows; row++) {
        long from = rowOffsets[row];
        copy(source, from + from0, target, at);
        if (PIECES > 1) {
          copy(source, from + from1, target, at + to1);
        }
        if (PIECES > 2) {
          copy(source, from + from2, target, at + to2);
        }
        if (PIECES > 3) {
          copy(source, from + from3, target, at + to3);
        }
        if (PIECES > 4) {
          copy(source, from + from4, target, at + to4);
        }
        if (PIECES > 5) {
          copy(source, from + from5, target, at + to5);
        }
        if (PIECES > 6) {
          copy(source, from + from6, target, at + to6);
        }
        if (PIECES > 7) {
          copy(source, from + from7, target, at + to7);
        }
        at += pitch;
      }
    }

    private static void copy(MemorySegment source, long from, MemorySegment target, long to) {
      FloatVector.fromMemorySegment(S, source, from, Lanes.ORDER)
          .intoMemorySegment(target, to, Lanes.ORDER);
    }
  }
}
