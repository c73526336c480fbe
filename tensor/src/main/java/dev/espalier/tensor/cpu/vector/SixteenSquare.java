package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes sixteen rows of sixteen four-byte elements with vectors of 512 bits.
 *
 * <p>Zipping row i with row i + 8, for each i, four times over, is a transpose. A pass does two of
 * the four: as many as keep few enough vectors alive at a time for every tier of the compiler.
 * Between the passes the square lies in an array, whose accesses cost less than a segment's. The
 * vectors are of integers because selecting from two float vectors converts the indices.
 */
final class SixteenSquare {
  /** Rows and columns. */
  static final int SIDE = 16;

  private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
  private static final VectorSpecies<Integer> S = IntVector.SPECIES_512;
  private static final IntVector LOW = zip(0);
  private static final IntVector HIGH = zip(SIDE / 2);

  private static final ThreadLocal<float[]> BETWEEN =
      ThreadLocal.withInitial(() -> new float[2 * SIDE * SIDE]);

  private SixteenSquare() {}

  private static IntVector zip(int first) {
    int[] from = new int[SIDE];
    for (int i = 0; i < SIDE; i++) {
      from[i] = first + i / 2 + SIDE * (i % 2);
    }
    return IntVector.fromArray(S, from, 0);
  }

  /** This thread's memory for a square between the passes, and one behind them. */
  static float[] between() {
    return BETWEEN.get();
  }

  /** Offsets and pitches are in bytes. */
  static void transpose(
      MemorySegment source,
      long from,
      long sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      float[] between) {
    read(source, from, sourcePitch, between);
    write(between, target, to, targetPitch);
  }

  /** From a segment, whose places are in bytes, to an array. */
  static void transpose(
      MemorySegment source,
      long from,
      long sourcePitch,
      float[] target,
      int to,
      int targetPitch,
      float[] between) {
    read(source, from, sourcePitch, between);
    move(between, 0, SIDE, target, to, targetPitch);
  }

  /** From an array to a segment, whose places are in bytes. */
  static void transpose(
      float[] source,
      int from,
      int sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      float[] between) {
    move(source, from, sourcePitch, between, 0, SIDE);
    write(between, target, to, targetPitch);
  }

  /**
   * As {@link #transpose(float[], int, int, MemorySegment, long, long, float[])}, some rows only.
   */
  static void transposeTo(
      int rows,
      float[] source,
      int from,
      int sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      float[] between) {
    move(source, from, sourcePitch, between, 0, SIDE);
    move(between, 0, SIDE, between, SIDE * SIDE, SIDE);
    for (int i = 0; i < rows; i++) {
      FloatVector.fromArray(F, between, (SIDE + i) * SIDE)
          .intoMemorySegment(target, to + i * targetPitch, Lanes.ORDER);
    }
  }

  private static void read(MemorySegment s, long from, long sPitch, float[] t) {
    for (int i = 0; i < SIDE / 4; i++) {
      long f = from + i * sPitch;
      int g = 4 * i * SIDE;
      IntVector r0 = IntVector.fromMemorySegment(S, s, f, Lanes.ORDER);
      IntVector r4 = IntVector.fromMemorySegment(S, s, f + 4 * sPitch, Lanes.ORDER);
      IntVector r8 = IntVector.fromMemorySegment(S, s, f + 8 * sPitch, Lanes.ORDER);
      IntVector r12 = IntVector.fromMemorySegment(S, s, f + 12 * sPitch, Lanes.ORDER);
      IntVector low0 = LOW.selectFrom(r0, r8);
      IntVector low4 = LOW.selectFrom(r4, r12);
      LOW.selectFrom(low0, low4).reinterpretAsFloats().intoArray(t, g);
      HIGH.selectFrom(low0, low4).reinterpretAsFloats().intoArray(t, g + SIDE);
      IntVector high0 = HIGH.selectFrom(r0, r8);
      IntVector high4 = HIGH.selectFrom(r4, r12);
      LOW.selectFrom(high0, high4).reinterpretAsFloats().intoArray(t, g + 2 * SIDE);
      HIGH.selectFrom(high0, high4).reinterpretAsFloats().intoArray(t, g + 3 * SIDE);
    }
  }

  private static void move(float[] s, int from, int sPitch, float[] t, int to, int tPitch) {
    for (int i = 0; i < SIDE / 4; i++) {
      int f = from + i * sPitch;
      int g = to + 4 * i * tPitch;
      IntVector r0 = FloatVector.fromArray(F, s, f).reinterpretAsInts();
      IntVector r4 = FloatVector.fromArray(F, s, f + 4 * sPitch).reinterpretAsInts();
      IntVector r8 = FloatVector.fromArray(F, s, f + 8 * sPitch).reinterpretAsInts();
      IntVector r12 = FloatVector.fromArray(F, s, f + 12 * sPitch).reinterpretAsInts();
      IntVector low0 = LOW.selectFrom(r0, r8);
      IntVector low4 = LOW.selectFrom(r4, r12);
      LOW.selectFrom(low0, low4).reinterpretAsFloats().intoArray(t, g);
      HIGH.selectFrom(low0, low4).reinterpretAsFloats().intoArray(t, g + tPitch);
      IntVector high0 = HIGH.selectFrom(r0, r8);
      IntVector high4 = HIGH.selectFrom(r4, r12);
      LOW.selectFrom(high0, high4).reinterpretAsFloats().intoArray(t, g + 2 * tPitch);
      HIGH.selectFrom(high0, high4).reinterpretAsFloats().intoArray(t, g + 3 * tPitch);
    }
  }

  private static void write(float[] s, MemorySegment t, long to, long tPitch) {
    for (int i = 0; i < SIDE / 4; i++) {
      int f = i * SIDE;
      long g = to + 4L * i * tPitch;
      IntVector r0 = FloatVector.fromArray(F, s, f).reinterpretAsInts();
      IntVector r4 = FloatVector.fromArray(F, s, f + 4 * SIDE).reinterpretAsInts();
      IntVector r8 = FloatVector.fromArray(F, s, f + 8 * SIDE).reinterpretAsInts();
      IntVector r12 = FloatVector.fromArray(F, s, f + 12 * SIDE).reinterpretAsInts();
      IntVector low0 = LOW.selectFrom(r0, r8);
      IntVector low4 = LOW.selectFrom(r4, r12);
      LOW.selectFrom(low0, low4).intoMemorySegment(t, g, Lanes.ORDER);
      HIGH.selectFrom(low0, low4).intoMemorySegment(t, g + tPitch, Lanes.ORDER);
      IntVector high0 = HIGH.selectFrom(r0, r8);
      IntVector high4 = HIGH.selectFrom(r4, r12);
      LOW.selectFrom(high0, high4).intoMemorySegment(t, g + 2 * tPitch, Lanes.ORDER);
      HIGH.selectFrom(high0, high4).intoMemorySegment(t, g + 3 * tPitch, Lanes.ORDER);
    }
  }
}
