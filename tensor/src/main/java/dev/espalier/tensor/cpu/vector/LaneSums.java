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
  private static final long SIZE = S.vectorByteSize();
  private static final long V = Lanes.BYTES;
  private static final MemorySegment P = Panels.MEMORY;

  // Four lanes have no exchange at distance 4; it is never used.
  private static final VectorShuffle<Float> EXCHANGE_4 = exchange(EIGHT ? 4 : 0);
  private static final VectorShuffle<Float> EXCHANGE_2 = exchange(2);
  private static final VectorShuffle<Float> EXCHANGE_1 = exchange(1);
  private static final VectorMask<Float> WITH_4 = lanesWith(4);
  private static final VectorMask<Float> WITH_2 = lanesWith(2);
  private static final VectorMask<Float> WITH_1 = lanesWith(1);

  /** Floats that {@link #of} writes. */
  static final int FOLDED = COUNT * COUNT;

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
   * Sums the lanes of eight vectors of partial sums that follow each other in {@link Panels}.
   *
   * @param at where the first begins
   * @param to gets the eight sums in their order; room for {@link #FOLDED} floats, which may begin
   *     where the vectors do, or before them
   */
  static void of(int at, int to) {
    if (HALVES) {
      addHalves(at, to);
      tree(to, to);
    } else {
      tree(at, to);
    }
  }

  private static void addHalves(int at, int to) {
    for (int i = 0; i < COUNT; i++) {
      int lower = (at + i * (int) V) & Panels.MEMORY_MASK;
      int sum = (to + i * (int) SIZE) & Panels.MEMORY_MASK;
      FloatVector.fromMemorySegment(S, P, lower, Lanes.ORDER)
          .add(FloatVector.fromMemorySegment(S, P, lower + SIZE, Lanes.ORDER))
          .intoMemorySegment(P, sum, Lanes.ORDER);
    }
  }

  private static void tree(int at, int to) {
    // Each merge of two vectors: where the lane's number lacks a bit, the first one's lane plus its
    // partner, else the second one's. Written out, as in EntryLoop.
    long from = at & Panels.MEMORY_MASK;
    FloatVector v0 = FloatVector.fromMemorySegment(S, P, from, Lanes.ORDER);
    FloatVector v1 = FloatVector.fromMemorySegment(S, P, from + SIZE, Lanes.ORDER);
    FloatVector v2 = FloatVector.fromMemorySegment(S, P, from + 2 * SIZE, Lanes.ORDER);
    FloatVector v3 = FloatVector.fromMemorySegment(S, P, from + 3 * SIZE, Lanes.ORDER);
    FloatVector v4 = FloatVector.fromMemorySegment(S, P, from + 4 * SIZE, Lanes.ORDER);
    FloatVector v5 = FloatVector.fromMemorySegment(S, P, from + 5 * SIZE, Lanes.ORDER);
    FloatVector v6 = FloatVector.fromMemorySegment(S, P, from + 6 * SIZE, Lanes.ORDER);
    FloatVector v7 = FloatVector.fromMemorySegment(S, P, from + 7 * SIZE, Lanes.ORDER);
    if (EIGHT) {
      v0 = v0.blend(v4, WITH_4).add(v4.blend(v0, WITH_4).rearrange(EXCHANGE_4));
      v1 = v1.blend(v5, WITH_4).add(v5.blend(v1, WITH_4).rearrange(EXCHANGE_4));
      v2 = v2.blend(v6, WITH_4).add(v6.blend(v2, WITH_4).rearrange(EXCHANGE_4));
      v3 = v3.blend(v7, WITH_4).add(v7.blend(v3, WITH_4).rearrange(EXCHANGE_4));
    }
    v0 = v0.blend(v2, WITH_2).add(v2.blend(v0, WITH_2).rearrange(EXCHANGE_2));
    v1 = v1.blend(v3, WITH_2).add(v3.blend(v1, WITH_2).rearrange(EXCHANGE_2));
    v0 = v0.blend(v1, WITH_1).add(v1.blend(v0, WITH_1).rearrange(EXCHANGE_1));
    long sums = to & Panels.MEMORY_MASK;
    v0.intoMemorySegment(P, sums, Lanes.ORDER);
    if (!EIGHT) {
      v4 = v4.blend(v6, WITH_2).add(v6.blend(v4, WITH_2).rearrange(EXCHANGE_2));
      v5 = v5.blend(v7, WITH_2).add(v7.blend(v5, WITH_2).rearrange(EXCHANGE_2));
      v4 = v4.blend(v5, WITH_1).add(v5.blend(v4, WITH_1).rearrange(EXCHANGE_1));
      v4.intoMemorySegment(P, sums + SIZE, Lanes.ORDER);
    }
  }

  /** The sum at place {@code j}, from 0 to 7, behind {@code to}. */
  static float get(int to, int j) {
    return P.get(ValueLayout.JAVA_FLOAT, (to & Panels.MEMORY_MASK) + (long) j * Float.BYTES);
  }
}
