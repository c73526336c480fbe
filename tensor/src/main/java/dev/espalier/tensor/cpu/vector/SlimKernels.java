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

  /** Rows and columns of {@link #dotTile}: twelve accumulators, as many as hide the latency. */
  static final int DOT_TILE_ROWS = 4;

  static final int DOT_TILE_COLUMNS = 3;

  private SlimKernels() {}

  /**
   * {@code tile[j] = Σ_k x[k] b[k][j]} for {@link #COMBINED_COLUMNS} columns of contiguous rows.
   *
   * @param from first column of row 0, in bytes
   * @param pitch distance of rows, in bytes
   */
  static void combineRows(
      float[] x, int depth, MemorySegment b, long from, long pitch, MemorySegment tile) {
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
      FloatVector xk = FloatVector.broadcast(Lanes.FLOATS, x[k]);
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
      float[] x,
      int depth,
      MemorySegment b,
      long from,
      long pitch,
      int columns,
      MemorySegment tile) {
    int j = 0;
    for (; j <= columns - Lanes.COUNT; j += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(Lanes.FLOATS);
      long shift = j * (long) Float.BYTES;
      long at = from + shift;
      for (int k = 0; k < depth; k++) {
        FloatVector xk = FloatVector.broadcast(Lanes.FLOATS, x[k]);
        sum = FloatVector.fromMemorySegment(Lanes.FLOATS, b, at, Lanes.ORDER).fma(xk, sum);
        at += pitch;
      }
      sum.intoMemorySegment(tile, shift, Lanes.ORDER);
    }
    for (; j < columns; j++) {
      long shift = j * (long) Float.BYTES;
      float sum = 0;
      for (int k = 0; k < depth; k++) {
        sum = Math.fma(b.get(ValueLayout.JAVA_FLOAT, from + shift + k * pitch), x[k], sum);
      }
      tile.set(ValueLayout.JAVA_FLOAT, shift, sum);
    }
  }

  /**
   * {@code tile[j] = Σ_k x[k] b[j][k]} for up to {@value #DOTS} contiguous vectors b[j].
   *
   * @param x contiguous, from byte 0 on
   * @param columns how many of them exist; the last stands in for the others
   */
  static void dots(
      MemorySegment x,
      int depth,
      MemorySegment b,
      long from,
      long pitch,
      int columns,
      MemorySegment tile) {
    long b0 = from;
    long b1 = from + Math.min(1, columns - 1) * pitch;
    long b2 = from + Math.min(2, columns - 1) * pitch;
    long b3 = from + Math.min(3, columns - 1) * pitch;
    long b4 = from + Math.min(4, columns - 1) * pitch;
    long b5 = from + Math.min(5, columns - 1) * pitch;
    long b6 = from + Math.min(6, columns - 1) * pitch;
    long b7 = from + Math.min(7, columns - 1) * pitch;
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    FloatVector s4 = zero;
    FloatVector s5 = zero;
    FloatVector s6 = zero;
    FloatVector s7 = zero;
    int whole = depth - depth % Lanes.COUNT;
    for (int k = 0; k < whole; k += Lanes.COUNT) {
      long at = k * (long) Float.BYTES;
      FloatVector xk = FloatVector.fromMemorySegment(Lanes.FLOATS, x, at, Lanes.ORDER);
      s0 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b0 + at, Lanes.ORDER).fma(xk, s0);
      s1 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b1 + at, Lanes.ORDER).fma(xk, s1);
      s2 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b2 + at, Lanes.ORDER).fma(xk, s2);
      s3 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b3 + at, Lanes.ORDER).fma(xk, s3);
      s4 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b4 + at, Lanes.ORDER).fma(xk, s4);
      s5 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b5 + at, Lanes.ORDER).fma(xk, s5);
      s6 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b6 + at, Lanes.ORDER).fma(xk, s6);
      s7 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b7 + at, Lanes.ORDER).fma(xk, s7);
    }
    finish(s0, x, 0, b, b0, whole, depth, tile, 0);
    finish(s1, x, 0, b, b1, whole, depth, tile, 1 * Float.BYTES);
    finish(s2, x, 0, b, b2, whole, depth, tile, 2 * Float.BYTES);
    finish(s3, x, 0, b, b3, whole, depth, tile, 3 * Float.BYTES);
    finish(s4, x, 0, b, b4, whole, depth, tile, 4 * Float.BYTES);
    finish(s5, x, 0, b, b5, whole, depth, tile, 5 * Float.BYTES);
    finish(s6, x, 0, b, b6, whole, depth, tile, 6 * Float.BYTES);
    finish(s7, x, 0, b, b7, whole, depth, tile, 7 * Float.BYTES);
  }

  /**
   * {@code tile[i][j] = Σ_k a[i][k] b[j][k]} for up to {@value #DOT_TILE_ROWS} contiguous vectors
   * a[i] and {@value #DOT_TILE_COLUMNS} vectors b[j]; the last that exists stands in for the
   * others.
   */
  static void dotTile(
      MemorySegment a,
      long aFrom,
      long aPitch,
      int rows,
      MemorySegment b,
      long bFrom,
      long bPitch,
      int columns,
      int depth,
      MemorySegment tile) {
    long a0 = aFrom;
    long a1 = aFrom + Math.min(1, rows - 1) * aPitch;
    long a2 = aFrom + Math.min(2, rows - 1) * aPitch;
    long a3 = aFrom + Math.min(3, rows - 1) * aPitch;
    long b0 = bFrom;
    long b1 = bFrom + Math.min(1, columns - 1) * bPitch;
    long b2 = bFrom + Math.min(2, columns - 1) * bPitch;
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    FloatVector s00 = zero;
    FloatVector s01 = zero;
    FloatVector s02 = zero;
    FloatVector s10 = zero;
    FloatVector s11 = zero;
    FloatVector s12 = zero;
    FloatVector s20 = zero;
    FloatVector s21 = zero;
    FloatVector s22 = zero;
    FloatVector s30 = zero;
    FloatVector s31 = zero;
    FloatVector s32 = zero;
    int whole = depth - depth % Lanes.COUNT;
    for (int k = 0; k < whole; k += Lanes.COUNT) {
      long at = k * (long) Float.BYTES;
      FloatVector v0 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b0 + at, Lanes.ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b1 + at, Lanes.ORDER);
      FloatVector v2 = FloatVector.fromMemorySegment(Lanes.FLOATS, b, b2 + at, Lanes.ORDER);
      FloatVector u = FloatVector.fromMemorySegment(Lanes.FLOATS, a, a0 + at, Lanes.ORDER);
      s00 = u.fma(v0, s00);
      s01 = u.fma(v1, s01);
      s02 = u.fma(v2, s02);
      u = FloatVector.fromMemorySegment(Lanes.FLOATS, a, a1 + at, Lanes.ORDER);
      s10 = u.fma(v0, s10);
      s11 = u.fma(v1, s11);
      s12 = u.fma(v2, s12);
      u = FloatVector.fromMemorySegment(Lanes.FLOATS, a, a2 + at, Lanes.ORDER);
      s20 = u.fma(v0, s20);
      s21 = u.fma(v1, s21);
      s22 = u.fma(v2, s22);
      u = FloatVector.fromMemorySegment(Lanes.FLOATS, a, a3 + at, Lanes.ORDER);
      s30 = u.fma(v0, s30);
      s31 = u.fma(v1, s31);
      s32 = u.fma(v2, s32);
    }
    long pitch = MicroKernel.TILE_ROW_BYTES;
    finish(s00, a, a0, b, b0, whole, depth, tile, 0);
    finish(s01, a, a0, b, b1, whole, depth, tile, Float.BYTES);
    finish(s02, a, a0, b, b2, whole, depth, tile, 2 * Float.BYTES);
    finish(s10, a, a1, b, b0, whole, depth, tile, pitch);
    finish(s11, a, a1, b, b1, whole, depth, tile, pitch + Float.BYTES);
    finish(s12, a, a1, b, b2, whole, depth, tile, pitch + 2 * Float.BYTES);
    finish(s20, a, a2, b, b0, whole, depth, tile, 2 * pitch);
    finish(s21, a, a2, b, b1, whole, depth, tile, 2 * pitch + Float.BYTES);
    finish(s22, a, a2, b, b2, whole, depth, tile, 2 * pitch + 2 * Float.BYTES);
    finish(s30, a, a3, b, b0, whole, depth, tile, 3 * pitch);
    finish(s31, a, a3, b, b1, whole, depth, tile, 3 * pitch + Float.BYTES);
    finish(s32, a, a3, b, b2, whole, depth, tile, 3 * pitch + 2 * Float.BYTES);
  }

  /** Adds the products beyond the last whole vector and stores the sum. */
  private static void finish(
      FloatVector partial,
      MemorySegment a,
      long aFrom,
      MemorySegment b,
      long bFrom,
      int begin,
      int end,
      MemorySegment tile,
      long to) {
    float sum = Lanes.sum(partial);
    for (int k = begin; k < end; k++) {
      long at = k * (long) Float.BYTES;
      sum =
          Math.fma(
              a.get(ValueLayout.JAVA_FLOAT, aFrom + at),
              b.get(ValueLayout.JAVA_FLOAT, bFrom + at),
              sum);
    }
    tile.set(ValueLayout.JAVA_FLOAT, to, sum);
  }
}
