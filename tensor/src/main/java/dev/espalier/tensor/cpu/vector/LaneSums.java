package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sums of the lanes of eight vectors, taken together in a tree of exchanges: half the work of
 * eight separate sums.
 */
final class LaneSums {
  /** How many. */
  static final int COUNT = 8;

  /**
   * Where vectors have sixteen lanes, their halves are added first: the rest costs half as much.
   */
  private static final boolean HALVES = Lanes.COUNT == 16;

  private static final VectorSpecies<Float> S = HALVES ? FloatVector.SPECIES_256 : Lanes.FLOATS;
  private static final boolean EIGHT = S.length() == COUNT;
  private static final long HALF = Lanes.BYTES / 2;
  private static final long V = Lanes.BYTES;

  // Four lanes have no exchange at distance 4; it is never used.
  private static final VectorShuffle<Float> EXCHANGE_4 = exchange(EIGHT ? 4 : 0);
  private static final VectorShuffle<Float> EXCHANGE_2 = exchange(2);
  private static final VectorShuffle<Float> EXCHANGE_1 = exchange(1);
  private static final VectorMask<Float> WITH_4 = lanesWith(4);
  private static final VectorMask<Float> WITH_2 = lanesWith(2);
  private static final VectorMask<Float> WITH_1 = lanesWith(1);

  /** Floats of {@code folded} in {@link #of}. */
  static final int FOLDED = COUNT;

  private LaneSums() {}

  private static VectorShuffle<Float> exchange(int distance) {
    return VectorShuffle.fromOp(S, lane -> lane ^ distance);
  }

  private static VectorMask<Float> lanesWith(int bit) {
    long bits = 0;
    for (int lane = 0; lane < S.length(); lane++) {
      bits |= (lane & bit) != 0 ? 1L << lane : 0;
    }
    return VectorMask.fromLong(S, bits);
  }

  /**
   * Sums the lanes of eight vectors that follow each other.
   *
   * @param folded gets the eight sums in their order, from byte {@code to} on
   */
  static void of(MemorySegment vectors, long at, MemorySegment folded, long to) {
    // Each merge of two vectors: lanes of one plus their partners where the lane's number has a
    // bit, of the other where not. Written out, as in EntryLoop.
    FloatVector v0 = FloatVector.fromMemorySegment(S, vectors, at, Lanes.ORDER);
    FloatVector v1 = FloatVector.fromMemorySegment(S, vectors, at + V, Lanes.ORDER);
    FloatVector v2 = FloatVector.fromMemorySegment(S, vectors, at + 2 * V, Lanes.ORDER);
    FloatVector v3 = FloatVector.fromMemorySegment(S, vectors, at + 3 * V, Lanes.ORDER);
    FloatVector v4 = FloatVector.fromMemorySegment(S, vectors, at + 4 * V, Lanes.ORDER);
    FloatVector v5 = FloatVector.fromMemorySegment(S, vectors, at + 5 * V, Lanes.ORDER);
    FloatVector v6 = FloatVector.fromMemorySegment(S, vectors, at + 6 * V, Lanes.ORDER);
    FloatVector v7 = FloatVector.fromMemorySegment(S, vectors, at + 7 * V, Lanes.ORDER);
    if (HALVES) {
      long upper = at + HALF;
      v0 = v0.add(FloatVector.fromMemorySegment(S, vectors, upper, Lanes.ORDER));
      v1 = v1.add(FloatVector.fromMemorySegment(S, vectors, upper + V, Lanes.ORDER));
      v2 = v2.add(FloatVector.fromMemorySegment(S, vectors, upper + 2 * V, Lanes.ORDER));
      v3 = v3.add(FloatVector.fromMemorySegment(S, vectors, upper + 3 * V, Lanes.ORDER));
      v4 = v4.add(FloatVector.fromMemorySegment(S, vectors, upper + 4 * V, Lanes.ORDER));
      v5 = v5.add(FloatVector.fromMemorySegment(S, vectors, upper + 5 * V, Lanes.ORDER));
      v6 = v6.add(FloatVector.fromMemorySegment(S, vectors, upper + 6 * V, Lanes.ORDER));
      v7 = v7.add(FloatVector.fromMemorySegment(S, vectors, upper + 7 * V, Lanes.ORDER));
    }
    if (EIGHT) {
      v0 = v0.blend(v4, WITH_4).add(v4.blend(v0, WITH_4).rearrange(EXCHANGE_4));
      v1 = v1.blend(v5, WITH_4).add(v5.blend(v1, WITH_4).rearrange(EXCHANGE_4));
      v2 = v2.blend(v6, WITH_4).add(v6.blend(v2, WITH_4).rearrange(EXCHANGE_4));
      v3 = v3.blend(v7, WITH_4).add(v7.blend(v3, WITH_4).rearrange(EXCHANGE_4));
    }
    v0 = v0.blend(v2, WITH_2).add(v2.blend(v0, WITH_2).rearrange(EXCHANGE_2));
    v1 = v1.blend(v3, WITH_2).add(v3.blend(v1, WITH_2).rearrange(EXCHANGE_2));
    v0 = v0.blend(v1, WITH_1).add(v1.blend(v0, WITH_1).rearrange(EXCHANGE_1));
    v0.intoMemorySegment(folded, to, Lanes.ORDER);
    if (!EIGHT) {
      v4 = v4.blend(v6, WITH_2).add(v6.blend(v4, WITH_2).rearrange(EXCHANGE_2));
      v5 = v5.blend(v7, WITH_2).add(v7.blend(v5, WITH_2).rearrange(EXCHANGE_2));
      v4 = v4.blend(v5, WITH_1).add(v5.blend(v4, WITH_1).rearrange(EXCHANGE_1));
      v4.intoMemorySegment(folded, to + V, Lanes.ORDER);
    }
  }

  /** The sums of eight vectors, to be read with {@link #get}. */
  static void of(MemorySegment vectors, long at, MemorySegment folded) {
    of(vectors, at, folded, 0);
  }

  /** The sum of the lanes of vector {@code j}, from 0 to 7. */
  static float get(MemorySegment folded, int j) {
    return folded.get(ValueLayout.JAVA_FLOAT, (long) j * Float.BYTES);
  }
}
