package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Copies and transposes blocks of contiguous rows. */
final class Packing {
  private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;
  private static final VectorShuffle<Float> LOW = VectorShuffle.makeZip(FOUR, 0);
  private static final VectorShuffle<Float> HIGH = VectorShuffle.makeZip(FOUR, 1);

  private static final boolean SQUARES = Lanes.COUNT == 16;

  private Packing() {}

  /** Copies rows of two whole vectors from the given distance in bytes to one after the other. */
  static void copyWideRows(
      MemorySegment source, long from, long pitch, MemorySegment target, long to, int rows) {
    long f = from;
    long t = to;
    for (int i = 0; i < rows; i++) {
      FloatVector v0 = FloatVector.fromMemorySegment(Lanes.FLOATS, source, f, Lanes.ORDER);
      FloatVector v1 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + Lanes.BYTES, Lanes.ORDER);
      v0.intoMemorySegment(target, t, Lanes.ORDER);
      v1.intoMemorySegment(target, t + Lanes.BYTES, Lanes.ORDER);
      f += pitch;
      t += 2L * Lanes.BYTES;
    }
  }

  /** Copies contiguous rows that lie at the given distances in bytes. */
  static void copyRows(
      MemorySegment source,
      long from,
      long sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      int rows,
      int columns) {
    for (int i = 0; i < rows; i++) {
      copyRow(source, from + i * sourcePitch, target, to + i * targetPitch, columns);
    }
  }

  /** Copies a few floats; for short rows quicker than a bulk copy. */
  static void copyRow(MemorySegment source, long from, MemorySegment target, long to, int count) {
    int i = 0;
    for (; i <= count - Lanes.COUNT; i += Lanes.COUNT) {
      long shift = i * (long) Float.BYTES;
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, from + shift, Lanes.ORDER)
          .intoMemorySegment(target, to + shift, Lanes.ORDER);
    }
    // Two at a time as a long: where vectors of two sizes meet in a method, the compiler, if it has
    // to compile it again, could make an object of each for good.
    for (; i <= count - 2; i += 2) {
      long shift = i * (long) Float.BYTES;
      long two = source.get(ValueLayout.JAVA_LONG_UNALIGNED, from + shift);
      target.set(ValueLayout.JAVA_LONG_UNALIGNED, to + shift, two);
    }
    if (i < count) {
      long shift = i * (long) Float.BYTES;
      float value = source.get(ValueLayout.JAVA_FLOAT, from + shift);
      target.set(ValueLayout.JAVA_FLOAT, to + shift, value);
    }
  }

  /** Copies floats that lie {@code step} apart to some that lie {@code targetStep} apart. */
  static void copyStrided(
      MemorySegment source,
      long from,
      long step,
      MemorySegment target,
      long to,
      long targetStep,
      int count) {
    for (int i = 0; i < count; i++) {
      float value = source.get(ValueLayout.JAVA_FLOAT, from + i * step * Float.BYTES);
      target.set(ValueLayout.JAVA_FLOAT, to + i * targetStep * Float.BYTES, value);
    }
  }

  /** {@code target[j][i] = source[i][j]} for contiguous rows at the given distances in bytes. */
  static void transpose(
      MemorySegment source,
      long from,
      long sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      int rows,
      int columns) {
    int squareRows = SQUARES ? rows & -16 : 0;
    int squareColumns = squareRows == 0 ? 0 : columns & -16;
    float[] between = squareColumns > 0 ? SixteenSquare.between() : null;
    for (int i = 0; i < squareRows; i += 16) {
      for (int j = 0; j < squareColumns; j += 16) {
        SixteenSquare.transpose(
            source,
            from + i * sourcePitch + j * (long) Float.BYTES,
            sourcePitch,
            target,
            to + j * targetPitch + i * (long) Float.BYTES,
            targetPitch,
            between);
      }
    }
    transposeRest(
        source,
        from,
        sourcePitch,
        target,
        to,
        targetPitch,
        rows,
        columns,
        squareRows,
        squareColumns);
  }

  /** All but the given number of first rows and columns. */
  private static void transposeRest(
      MemorySegment source,
      long from,
      long sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      int rows,
      int columns,
      int doneRows,
      int doneColumns) {
    int wholeRows = rows & -4;
    int wholeColumns = columns & -4;
    for (int i = 0; i < wholeRows; i += 4) {
      long f = from + i * sourcePitch;
      long t = to + i * (long) Float.BYTES;
      for (int j = i < doneRows ? doneColumns : 0; j < wholeColumns; j += 4) {
        transpose4(
            source,
            f + j * (long) Float.BYTES,
            sourcePitch,
            target,
            t + j * targetPitch,
            targetPitch);
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int j = i < wholeRows ? wholeColumns : 0; j < columns; j++) {
        float value =
            source.get(ValueLayout.JAVA_FLOAT, from + i * sourcePitch + j * (long) Float.BYTES);
        target.set(ValueLayout.JAVA_FLOAT, to + j * targetPitch + i * (long) Float.BYTES, value);
      }
    }
  }

  private static void transpose4(
      MemorySegment s, long from, long sPitch, MemorySegment t, long to, long tPitch) {
    FloatVector r0 = FloatVector.fromMemorySegment(FOUR, s, from, Lanes.ORDER);
    FloatVector r1 = FloatVector.fromMemorySegment(FOUR, s, from + sPitch, Lanes.ORDER);
    FloatVector r2 = FloatVector.fromMemorySegment(FOUR, s, from + 2 * sPitch, Lanes.ORDER);
    FloatVector r3 = FloatVector.fromMemorySegment(FOUR, s, from + 3 * sPitch, Lanes.ORDER);
    FloatVector even0 = r0.rearrange(LOW, r2);
    FloatVector even1 = r0.rearrange(HIGH, r2);
    FloatVector odd0 = r1.rearrange(LOW, r3);
    FloatVector odd1 = r1.rearrange(HIGH, r3);
    even0.rearrange(LOW, odd0).intoMemorySegment(t, to, Lanes.ORDER);
    even0.rearrange(HIGH, odd0).intoMemorySegment(t, to + tPitch, Lanes.ORDER);
    even1.rearrange(LOW, odd1).intoMemorySegment(t, to + 2 * tPitch, Lanes.ORDER);
    even1.rearrange(HIGH, odd1).intoMemorySegment(t, to + 3 * tPitch, Lanes.ORDER);
  }
}
