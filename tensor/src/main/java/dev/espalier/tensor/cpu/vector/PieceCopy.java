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

  /** Copied for each number of pieces; every operation in the method, as in {@link EntryLoop}. */
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
      long from8 = PIECES > 8 ? offsets[8] : 0;
      long from9 = PIECES > 9 ? offsets[9] : 0;
      long from10 = PIECES > 10 ? offsets[10] : 0;
      long from11 = PIECES > 11 ? offsets[11] : 0;
      long to1 = PIECES > 1 ? places[1] * (long) Float.BYTES : 0;
      long to2 = PIECES > 2 ? places[2] * (long) Float.BYTES : 0;
      long to3 = PIECES > 3 ? places[3] * (long) Float.BYTES : 0;
      long to4 = PIECES > 4 ? places[4] * (long) Float.BYTES : 0;
      long to5 = PIECES > 5 ? places[5] * (long) Float.BYTES : 0;
      long to6 = PIECES > 6 ? places[6] * (long) Float.BYTES : 0;
      long to7 = PIECES > 7 ? places[7] * (long) Float.BYTES : 0;
      long to8 = PIECES > 8 ? places[8] * (long) Float.BYTES : 0;
      long to9 = PIECES > 9 ? places[9] * (long) Float.BYTES : 0;
      long to10 = PIECES > 10 ? places[10] * (long) Float.BYTES : 0;
      long to11 = PIECES > 11 ? places[11] * (long) Float.BYTES : 0;
      long at = to;
      for (int row = firstRow; row < firstRow + rows; row++) {
        long from = rowOffsets[row];
        FloatVector.fromMemorySegment(S, source, from + from0, Lanes.ORDER)
            .intoMemorySegment(target, at, Lanes.ORDER);
        if (PIECES > 1) {
          FloatVector.fromMemorySegment(S, source, from + from1, Lanes.ORDER)
              .intoMemorySegment(target, at + to1, Lanes.ORDER);
        }
        if (PIECES > 2) {
          FloatVector.fromMemorySegment(S, source, from + from2, Lanes.ORDER)
              .intoMemorySegment(target, at + to2, Lanes.ORDER);
        }
        if (PIECES > 3) {
          FloatVector.fromMemorySegment(S, source, from + from3, Lanes.ORDER)
              .intoMemorySegment(target, at + to3, Lanes.ORDER);
        }
        if (PIECES > 4) {
          FloatVector.fromMemorySegment(S, source, from + from4, Lanes.ORDER)
              .intoMemorySegment(target, at + to4, Lanes.ORDER);
        }
        if (PIECES > 5) {
          FloatVector.fromMemorySegment(S, source, from + from5, Lanes.ORDER)
              .intoMemorySegment(target, at + to5, Lanes.ORDER);
        }
        if (PIECES > 6) {
          FloatVector.fromMemorySegment(S, source, from + from6, Lanes.ORDER)
              .intoMemorySegment(target, at + to6, Lanes.ORDER);
        }
        if (PIECES > 7) {
          FloatVector.fromMemorySegment(S, source, from + from7, Lanes.ORDER)
              .intoMemorySegment(target, at + to7, Lanes.ORDER);
        }
        if (PIECES > 8) {
          FloatVector.fromMemorySegment(S, source, from + from8, Lanes.ORDER)
              .intoMemorySegment(target, at + to8, Lanes.ORDER);
        }
        if (PIECES > 9) {
          FloatVector.fromMemorySegment(S, source, from + from9, Lanes.ORDER)
              .intoMemorySegment(target, at + to9, Lanes.ORDER);
        }
        if (PIECES > 10) {
          FloatVector.fromMemorySegment(S, source, from + from10, Lanes.ORDER)
              .intoMemorySegment(target, at + to10, Lanes.ORDER);
        }
        if (PIECES > 11) {
          FloatVector.fromMemorySegment(S, source, from + from11, Lanes.ORDER)
              .intoMemorySegment(target, at + to11, Lanes.ORDER);
        }
        at += pitch;
      }
    }
  }
}
