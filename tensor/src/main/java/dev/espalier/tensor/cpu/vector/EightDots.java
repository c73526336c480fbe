package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of one vector with eight others that lie anywhere: eight accumulators, whose lanes
 * are then summed together in a tree of exchanges, half the work of eight separate sums.
 */
final class EightDots {
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

  /** Where the tree of {@link #fold} leaves the sum of each dot. */
  private static final int[] POSITIONS = positions();

  /** Lanes of the partial sums, behind them what the tree made of them. */
  private static final long FOLDED = COUNT * V;

  /** Floats of scratch that {@link #run} needs. */
  static final int SCRATCH = (COUNT + 2) * Lanes.COUNT;

  private EightDots() {}

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
   * {@code Σ_i a[i] b[columns[j] pitch + i]} for {@code count} (at most eight) columns from {@code
   * first} on, to be read with {@link #sum}. Offsets and the pitch are in bytes; n is at least a
   * vector.
   */
  static void run(
      MemorySegment a,
      long aOffset,
      MemorySegment b,
      long bOffset,
      long pitch,
      int[] columns,
      int first,
      int count,
      int n,
      MemorySegment scratch) {
    int last = first + count - 1;
    products(a, aOffset, b, bOffset, pitch, columns, first, last, n, Lanes.BYTES, scratch);
    if (n % Lanes.COUNT != 0) {
      long tail = (long) (n - Lanes.COUNT) * Float.BYTES;
      for (int j = 0; j < count; j++) {
        long right = bOffset + columns[first + j] * pitch;
        addTail(a, aOffset + tail, b, right + tail, n % Lanes.COUNT, scratch, j * V);
      }
    }
    fold(scratch);
  }

  /** The j-th result of the last {@link #run} with this scratch memory. */
  static float sum(MemorySegment scratch, int j) {
    return scratch.get(ValueLayout.JAVA_FLOAT, FOLDED + (long) POSITIONS[j] * Float.BYTES);
  }

  /**
   * The lanes of the eight partial sums; columns past the last stand for it.
   *
   * @param step a vector's bytes, as a variable: with a constant the compiler unrolls until the
   *     sums spill
   */
  private static void products(
      MemorySegment a,
      long aOffset,
      MemorySegment b,
      long bOffset,
      long pitch,
      int[] columns,
      int first,
      int last,
      int n,
      long step,
      MemorySegment partials) {
    long b0 = bOffset + columns[first] * pitch;
    long b1 = bOffset + columns[Math.min(first + 1, last)] * pitch;
    long b2 = bOffset + columns[Math.min(first + 2, last)] * pitch;
    long b3 = bOffset + columns[Math.min(first + 3, last)] * pitch;
    long b4 = bOffset + columns[Math.min(first + 4, last)] * pitch;
    long b5 = bOffset + columns[Math.min(first + 5, last)] * pitch;
    long b6 = bOffset + columns[Math.min(first + 6, last)] * pitch;
    long b7 = bOffset + columns[Math.min(first + 7, last)] * pitch;
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    long end = (long) (n / Lanes.COUNT) * V;
    for (long at = 0; at < end; at += step) {
      FloatVector x = FloatVector.fromMemorySegment(S, a, aOffset + at, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(S, b, b0 + at, Lanes.ORDER).fma(x, s0);
      s1 = FloatVector.fromMemorySegment(S, b, b1 + at, Lanes.ORDER).fma(x, s1);
      s2 = FloatVector.fromMemorySegment(S, b, b2 + at, Lanes.ORDER).fma(x, s2);
      s3 = FloatVector.fromMemorySegment(S, b, b3 + at, Lanes.ORDER).fma(x, s3);
      s4 = FloatVector.fromMemorySegment(S, b, b4 + at, Lanes.ORDER).fma(x, s4);
      s5 = FloatVector.fromMemorySegment(S, b, b5 + at, Lanes.ORDER).fma(x, s5);
      s6 = FloatVector.fromMemorySegment(S, b, b6 + at, Lanes.ORDER).fma(x, s6);
      s7 = FloatVector.fromMemorySegment(S, b, b7 + at, Lanes.ORDER).fma(x, s7);
    }
    s0.intoMemorySegment(partials, 0, Lanes.ORDER);
    s1.intoMemorySegment(partials, V, Lanes.ORDER);
    s2.intoMemorySegment(partials, 2 * V, Lanes.ORDER);
    s3.intoMemorySegment(partials, 3 * V, Lanes.ORDER);
    s4.intoMemorySegment(partials, 4 * V, Lanes.ORDER);
    s5.intoMemorySegment(partials, 5 * V, Lanes.ORDER);
    s6.intoMemorySegment(partials, 6 * V, Lanes.ORDER);
    s7.intoMemorySegment(partials, 7 * V, Lanes.ORDER);
  }

  /**
   * Adds the last {@code rest} products of a vector that starts inside the part that is summed
   * already.
   */
  private static void addTail(
      MemorySegment a,
      long aOffset,
      MemorySegment b,
      long bOffset,
      int rest,
      MemorySegment partials,
      long at) {
    VectorMask<Float> taken = S.indexInRange(0, Lanes.COUNT - rest);
    FloatVector x = FloatVector.fromMemorySegment(S, a, aOffset, Lanes.ORDER).blend(0f, taken);
    FloatVector y = FloatVector.fromMemorySegment(S, b, bOffset, Lanes.ORDER).blend(0f, taken);
    FloatVector sum = FloatVector.fromMemorySegment(S, partials, at, Lanes.ORDER);
    x.fma(y, sum).intoMemorySegment(partials, at, Lanes.ORDER);
  }

  private static void fold(MemorySegment scratch) {
    FloatVector low = merge(pair(scratch, 0), pair(scratch, 2), UPPER_QUARTERS, EXCHANGE_QUARTERS);
    FloatVector high = merge(pair(scratch, 4), pair(scratch, 6), UPPER_QUARTERS, EXCHANGE_QUARTERS);
    if (EIGHTH == 0) {
      low.intoMemorySegment(scratch, FOLDED, Lanes.ORDER);
      high.intoMemorySegment(scratch, FOLDED + V, Lanes.ORDER);
      return;
    }
    FloatVector all = merge(low, high, UPPER_EIGHTHS, EXCHANGE_EIGHTHS);
    if (EIGHTH > 1) {
      all = all.add(all.rearrange(EXCHANGE_NEIGHBOURS));
    }
    all.intoMemorySegment(scratch, FOLDED, Lanes.ORDER);
  }

  private static FloatVector pair(MemorySegment scratch, int j) {
    FloatVector a = FloatVector.fromMemorySegment(S, scratch, j * V, Lanes.ORDER);
    FloatVector b = FloatVector.fromMemorySegment(S, scratch, (j + 1) * V, Lanes.ORDER);
    return merge(a, b, UPPER_HALF, EXCHANGE_HALVES);
  }

  /** Lanes of a plus their partners where {@code upper} is not set, of b where it is. */
  private static FloatVector merge(
      FloatVector a, FloatVector b, VectorMask<Float> upper, VectorShuffle<Float> partner) {
    return a.blend(b, upper).add(b.blend(a, upper).rearrange(partner));
  }
}
