package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of products with few rows, which read the large matrix once, where it lies.
 *
 * <p>As in {@link MicroKernel}, every accumulator is a local variable.
 */
final class SlimKernels {
  /** Columns that {@link #combineRows} finishes at a time. */
  static final int COMBINED_COLUMNS = 8 * Lanes.COUNT;

  /** Columns that {@link #dots} finishes at a time. */
  static final int DOTS = 8;

  private SlimKernels() {}

  /**
   * {@code tile[j] = Σ_k x[k] b[k][j]} for {@link #COMBINED_COLUMNS} columns of contiguous rows.
   *
   * @param from first column of row 0, in bytes
   * @param pitch distance of rows, in bytes
   */
  static void combineRows(
      int slot, int depth, MemorySegment b, long from, long pitch, MemorySegment tile) {
    float[] x = RowPanels.FLOATS;
    int begin = RowPanels.begin(slot);
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    FloatVector s4 = zero;
    FloatVector s5 = zero;
    FloatVector s6 = zero;
    FloatVector s7 = zero;
    long at = from;
    for (int k = 0; k < depth; k++) {
      FloatVector xk = FloatVector.broadcast(Lanes.FLOATS, x[begin + (k & RowPanels.DEPTH_MASK)]);
      s0 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, at, Lanes.ORDER).fma(xk, s0);
      s1 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + Lanes.BYTES, Lanes.ORDER).fma(xk, s1);
      s2 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + 2 * Lanes.BYTES, Lanes.ORDER)
              .fma(xk, s2);
      s3 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + 3 * Lanes.BYTES, Lanes.ORDER)
              .fma(xk, s3);
      s4 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + 4 * Lanes.BYTES, Lanes.ORDER)
              .fma(xk, s4);
      s5 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + 5 * Lanes.BYTES, Lanes.ORDER)
              .fma(xk, s5);
      s6 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + 6 * Lanes.BYTES, Lanes.ORDER)
              .fma(xk, s6);
      s7 =
          FloatVector.fromMemorySegment(Lanes.FLOATS, b, at + 7 * Lanes.BYTES, Lanes.ORDER)
              .fma(xk, s7);
      at += pitch;
    }
    s0.intoMemorySegment(tile, 0, Lanes.ORDER);
    s1.intoMemorySegment(tile, Lanes.BYTES, Lanes.ORDER);
    s2.intoMemorySegment(tile, 2 * Lanes.BYTES, Lanes.ORDER);
    s3.intoMemorySegment(tile, 3 * Lanes.BYTES, Lanes.ORDER);
    s4.intoMemorySegment(tile, 4 * Lanes.BYTES, Lanes.ORDER);
    s5.intoMemorySegment(tile, 5 * Lanes.BYTES, Lanes.ORDER);
    s6.intoMemorySegment(tile, 6 * Lanes.BYTES, Lanes.ORDER);
    s7.intoMemorySegment(tile, 7 * Lanes.BYTES, Lanes.ORDER);
  }

  /** As {@link #combineRows} for any number of columns, one vector or less at a time. */
  static void combineRowsNarrow(
      int slot,
      int depth,
      MemorySegment b,
      long from,
      long pitch,
      int columns,
      MemorySegment tile) {
    float[] x = RowPanels.FLOATS;
    int begin = RowPanels.begin(slot);
    int j = 0;
    for (; j <= columns - Lanes.COUNT; j += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(Lanes.FLOATS);
      long shift = j * (long) Float.BYTES;
      long at = from + shift;
      for (int k = 0; k < depth; k++) {
        FloatVector xk = FloatVector.broadcast(Lanes.FLOATS, x[begin + (k & RowPanels.DEPTH_MASK)]);
        sum = FloatVector.fromMemorySegment(Lanes.FLOATS, b, at, Lanes.ORDER).fma(xk, sum);
        at += pitch;
      }
      sum.intoMemorySegment(tile, shift, Lanes.ORDER);
    }
    for (; j < columns; j++) {
      long shift = j * (long) Float.BYTES;
      float sum = 0;
      for (int k = 0; k < depth; k++) {
        sum = Math.fma(b.get(ValueLayout.JAVA_FLOAT, from + shift + k * pitch), x[begin + k], sum);
      }
      tile.set(ValueLayout.JAVA_FLOAT, shift, sum);
    }
  }

  /**
   * Contiguous vectors at equal distances.
   *
   * @param from the first, in bytes
   * @param pitch their distance, in bytes
   */
  record Bundle(MemorySegment data, long from, long pitch, int count) {
    /** Where vector {@code i} begins; the last one stands in for those that do not exist. */
    long begin(int i) {
      return from + Math.min(i, count - 1) * pitch;
    }
  }

  /**
   * Per-lane partial sums of {@code Σ_k x[k] b[j][k]} for {@value #DOTS} vectors b[j], up to the
   * last whole vector of depth.
   *
   * @param sums where in {@link Panels} they go
   * @param step {@link Lanes#BYTES}, as a variable: with a constant step the compiler unrolls the
   *     loop until the sums spill
   */
  static void dots(Bundle x, Bundle b, int depth, long step, int sums) {
    MemorySegment partials = Panels.MEMORY;
    long to = sums & Panels.MEMORY_MASK;
    MemorySegment xData = x.data();
    MemorySegment bData = b.data();
    long x0 = x.from();
    long b0 = b.begin(0);
    long b1 = b.begin(1);
    long b2 = b.begin(2);
    long b3 = b.begin(3);
    long b4 = b.begin(4);
    long b5 = b.begin(5);
    long b6 = b.begin(6);
    long b7 = b.begin(7);
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    FloatVector s4 = zero;
    FloatVector s5 = zero;
    FloatVector s6 = zero;
    FloatVector s7 = zero;
    long end = wholeBytes(depth);
    for (long at = 0; at < end; at += step) {
      FloatVector xk = FloatVector.fromMemorySegment(Lanes.FLOATS, xData, x0 + at, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b0 + at, Lanes.ORDER).fma(xk, s0);
      s1 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b1 + at, Lanes.ORDER).fma(xk, s1);
      s2 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b2 + at, Lanes.ORDER).fma(xk, s2);
      s3 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b3 + at, Lanes.ORDER).fma(xk, s3);
      s4 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b4 + at, Lanes.ORDER).fma(xk, s4);
      s5 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b5 + at, Lanes.ORDER).fma(xk, s5);
      s6 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b6 + at, Lanes.ORDER).fma(xk, s6);
      s7 = FloatVector.fromMemorySegment(Lanes.FLOATS, bData, b7 + at, Lanes.ORDER).fma(xk, s7);
    }
    s0.intoMemorySegment(partials, to, Lanes.ORDER);
    s1.intoMemorySegment(partials, to + Lanes.BYTES, Lanes.ORDER);
    s2.intoMemorySegment(partials, to + 2 * Lanes.BYTES, Lanes.ORDER);
    s3.intoMemorySegment(partials, to + 3 * Lanes.BYTES, Lanes.ORDER);
    s4.intoMemorySegment(partials, to + 4 * Lanes.BYTES, Lanes.ORDER);
    s5.intoMemorySegment(partials, to + 5 * Lanes.BYTES, Lanes.ORDER);
    s6.intoMemorySegment(partials, to + 6 * Lanes.BYTES, Lanes.ORDER);
    s7.intoMemorySegment(partials, to + 7 * Lanes.BYTES, Lanes.ORDER);
  }

  private static long wholeBytes(int depth) {
    return (depth - depth % Lanes.COUNT) * (long) Float.BYTES;
  }

  /**
   * {@code tile[first + j] = Σ_k x[k] b[j][k]} from the partial sums and the products beyond the
   * last whole vector of depth.
   */
  static void fold(int sums, Bundle x, Bundle b, int depth, MemorySegment tile, int first) {
    LaneSums.of(sums, sums);
    int whole = depth - depth % Lanes.COUNT;
    for (int j = 0; j < b.count(); j++) {
      float sum = LaneSums.get(sums, j);
      for (int k = whole; k < depth; k++) {
        long at = k * (long) Float.BYTES;
        float xk = x.data().get(ValueLayout.JAVA_FLOAT, x.from() + at);
        sum = Math.fma(xk, b.data().get(ValueLayout.JAVA_FLOAT, b.begin(j) + at), sum);
      }
      tile.setAtIndex(ValueLayout.JAVA_FLOAT, (long) first + j, sum);
    }
  }
}
