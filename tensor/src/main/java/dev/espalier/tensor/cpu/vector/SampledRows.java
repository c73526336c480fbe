package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The inner products of a sampled product, row by row of the pattern.
 *
 * @param out where product p of the pattern goes, as a float
 */
record SampledRows(BlockColumns pattern, MemorySegment out) {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Contiguous rows at a pitch; both in bytes. */
  record Rows(MemorySegment data, long offset, long pitch) {}

  /**
   * Adds the products of {@code width} columns, at least a vector of them, in block rows {@code
   * [begin, end)}, or stores them.
   *
   * @param lefts the rows of a from block row {@code begin} on
   * @param scratch of {@link EightDots#SCRATCH}
   */
  void add(
      int begin,
      int end,
      Rows lefts,
      Rows rights,
      int width,
      MemorySegment scratch,
      boolean accumulate) {
    int height = pattern.blockHeight();
    for (int row = begin * height; row < end * height; row++) {
      long left = lefts.offset + (row - begin * height) * lefts.pitch;
      int stop = pattern.rowOffsets()[row / height + 1] * pattern.blockWidth();
      int p = pattern.rowOffsets()[row / height] * pattern.blockWidth();
      for (; p < stop; p += EightDots.COUNT) {
        int count = Math.min(EightDots.COUNT, stop - p);
        EightDots.run(
            lefts.data,
            left,
            rights.data,
            rights.offset,
            rights.pitch,
            pattern.columns(),
            p,
            count,
            width,
            scratch);
        store(row % height, p, count, scratch, accumulate);
      }
    }
  }

  /** Entry p of the columns is column {@code p % blockWidth} of block {@code p / blockWidth}. */
  private void store(int rowInBlock, int p, int count, MemorySegment scratch, boolean accumulate) {
    int width = pattern.blockWidth();
    int column = p % width;
    long at = ((long) (p / width) * pattern.blockHeight() + rowInBlock) * width + column;
    for (int j = 0; j < count; j++) {
      float before = accumulate ? out.getAtIndex(FLOAT, at) : 0;
      out.setAtIndex(FLOAT, at, before + EightDots.sum(scratch, j));
      at++;
      if (++column == width) {
        column = 0;
        at += (long) (pattern.blockHeight() - 1) * width;
      }
    }
  }
}
