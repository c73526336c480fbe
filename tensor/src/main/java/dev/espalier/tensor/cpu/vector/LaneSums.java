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

  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  private static final int HALF = Lanes.COUNT / 2;
  private static final int QUARTER = Lanes.COUNT / 4;
  private static final int EIGHTH = Lanes.COUNT / 8;

  // An exchange at distance 0 (four lanes have no eighth) is never used.
  private static final VectorShuffle<Float> EXCHANGE_HALVES = exchange(HALF);
  private static final VectorShuffle<Float> EXCHANGE_QUARTERS = exchange(QUARTER);
  private static final VectorShuffle<Float> EXCHANGE_EIGHTHS = exchange(EIGHTH);
  private static final VectorShuffle<Float> EXCHANGE_NEIGHBOURS = exchange(1);
  private static final VectorMask<Float> UPPER_HALF = lanesWith(HALF);
  private static final VectorMask<Float> UPPER_QUARTERS = lanesWith(QUARTER);
  private static final VectorMask<Float> UPPER_EIGHTHS = lanesWith(EIGHTH);

  /** Where the tree leaves each sum. */
  private static final int[] POSITIONS = positions();

  /** Floats of {@code folded} in {@link #of}. */
  static final int FOLDED = 2 * Lanes.COUNT;

  private LaneSums() {}

  private static VectorShuffle<Float> exchange(int distance) {
    return VectorShuffle.fromOp(S, lane -> lane ^ distance);
  }

  private static VectorMask<Float> lanesWith(int bit) {
    long bits = 0;
    for (int lane = 0; lane < Lanes.COUNT; lane++) {
      bits |= (lane & bit) != 0 ? 1L << lane : 0;
    }
    return VectorMask.fromLong(S, bits);
  }

  private static int[] positions() {
    int[] positions = new int[COUNT];
    for (int j = 0; j < COUNT; j++) {
      int pair = (j & 1) * HALF + (j >> 1 & 1) * QUARTER;
      positions[j] = pair + (j >> 2) * (EIGHTH > 0 ? EIGHTH : Lanes.COUNT);
    }
    return positions;
  }

  /**
   * Sums the lanes of eight vectors that follow each other, to be read with {@link #get}.
   *
   * @param folded room for {@link #FOLDED} floats
   */
  static void of(MemorySegment vectors, long at, MemorySegment folded) {
    // each merge: lanes of a plus their partners in the lower parts, of b in the upper ones;
    // written
    // out as in EntryLoop
    FloatVector a = FloatVector.fromMemorySegment(S, vectors, at, Lanes.ORDER);
    FloatVector b = FloatVector.fromMemorySegment(S, vectors, at + V, Lanes.ORDER);
    FloatVector half0 =
        a.blend(b, UPPER_HALF).add(b.blend(a, UPPER_HALF).rearrange(EXCHANGE_HALVES));
    a = FloatVector.fromMemorySegment(S, vectors, at + 2 * V, Lanes.ORDER);
    b = FloatVector.fromMemorySegment(S, vectors, at + 3 * V, Lanes.ORDER);
    FloatVector half1 =
        a.blend(b, UPPER_HALF).add(b.blend(a, UPPER_HALF).rearrange(EXCHANGE_HALVES));
    a = FloatVector.fromMemorySegment(S, vectors, at + 4 * V, Lanes.ORDER);
    b = FloatVector.fromMemorySegment(S, vectors, at + 5 * V, Lanes.ORDER);
    FloatVector half2 =
        a.blend(b, UPPER_HALF).add(b.blend(a, UPPER_HALF).rearrange(EXCHANGE_HALVES));
    a = FloatVector.fromMemorySegment(S, vectors, at + 6 * V, Lanes.ORDER);
    b = FloatVector.fromMemorySegment(S, vectors, at + 7 * V, Lanes.ORDER);
    FloatVector half3 =
        a.blend(b, UPPER_HALF).add(b.blend(a, UPPER_HALF).rearrange(EXCHANGE_HALVES));
    FloatVector low =
        half0
            .blend(half1, UPPER_QUARTERS)
            .add(half1.blend(half0, UPPER_QUARTERS).rearrange(EXCHANGE_QUARTERS));
    FloatVector high =
        half2
            .blend(half3, UPPER_QUARTERS)
            .add(half3.blend(half2, UPPER_QUARTERS).rearrange(EXCHANGE_QUARTERS));
    if (EIGHTH == 0) {
      low.intoMemorySegment(folded, 0, Lanes.ORDER);
      high.intoMemorySegment(folded, V, Lanes.ORDER);
      return;
    }
    FloatVector all =
        low.blend(high, UPPER_EIGHTHS)
            .add(high.blend(low, UPPER_EIGHTHS).rearrange(EXCHANGE_EIGHTHS));
    if (EIGHTH > 1) {
      all = all.add(all.rearrange(EXCHANGE_NEIGHBOURS));
    }
    all.intoMemorySegment(folded, 0, Lanes.ORDER);
  }

  /** The sum of the lanes of vector {@code j}, from 0 to 7. */
  static float get(MemorySegment folded, int j) {
    return folded.get(ValueLayout.JAVA_FLOAT, (long) POSITIONS[j] * Float.BYTES);
  }
}
