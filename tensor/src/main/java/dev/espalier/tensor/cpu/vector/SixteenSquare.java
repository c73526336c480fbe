package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes sixteen rows of sixteen four-byte elements with vectors of 512 bits.
 *
 * <p>Zipping row i with row i + 8, for each i, four times over, is a transpose. A pass does two of
 * the four: as many as keep few enough vectors alive at a time for every tier of the compiler. The
 * vectors are of integers because selecting from two float vectors converts the indices.
 */
final class SixteenSquare {
  private static final int SIDE = 16;
  private static final long ROW = SIDE * (long) Integer.BYTES;
  private static final VectorSpecies<Integer> S = IntVector.SPECIES_512;
  private static final IntVector LOW = zip(0);
  private static final IntVector HIGH = zip(SIDE / 2);

  private SixteenSquare() {}

  private static IntVector zip(int first) {
    int[] from = new int[SIDE];
    for (int i = 0; i < SIDE; i++) {
      from[i] = first + i / 2 + SIDE * (i % 2);
    }
    return IntVector.fromArray(S, from, 0);
  }

  /**
   * Offsets and pitches are in bytes.
   *
   * @param between memory for one square
   */
  static void transpose(
      MemorySegment source,
      long from,
      long sourcePitch,
      MemorySegment target,
      long to,
      long targetPitch,
      MemorySegment between) {
    pass(source, from, sourcePitch, between, 0, ROW);
    pass(between, 0, ROW, target, to, targetPitch);
  }

  private static void pass(
      MemorySegment s, long from, long sPitch, MemorySegment t, long to, long tPitch) {
    for (int i = 0; i < SIDE / 4; i++) {
      long f = from + i * sPitch;
      long g = to + 4L * i * tPitch;
      IntVector r0 = IntVector.fromMemorySegment(S, s, f, Lanes.ORDER);
      IntVector r4 = IntVector.fromMemorySegment(S, s, f + 4 * sPitch, Lanes.ORDER);
      IntVector r8 = IntVector.fromMemorySegment(S, s, f + 8 * sPitch, Lanes.ORDER);
      IntVector r12 = IntVector.fromMemorySegment(S, s, f + 12 * sPitch, Lanes.ORDER);
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
