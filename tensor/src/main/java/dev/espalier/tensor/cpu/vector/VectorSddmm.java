package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.CsrPattern;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sampled float32 product {@code out[p] = Σ_n a[row(p), n] b[column(p), n]}: blocks of rows of
 * about equal work are shared among threads; the sum goes over stretches of n for which b's rows
 * stay in the second-level cache, packed if they are read often.
 */
final class VectorSddmm {
  /** What a stretch of all rows of b may take of the cache. */
  private static final long STRETCH_BYTES = 512 * 1024;

  /** The shortest stretch: sums of lanes cost as much as 64 elements. */
  private static final int SHORTEST = 256;

  private static final long TASK_WORK = 256 * 1024;
  private static final int MANY_TASKS = 16;

  private final int[] rowOffsets;
  private final int[] columns;
  private final int depth;
  private final int n;
  private final MemorySegment a;
  private final MemorySegment b;
  private final long bPitch;
  private final MemorySegment out;

  private VectorSddmm(CsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    this.rowOffsets = pattern.rowOffsets();
    this.columns = pattern.columnIndices();
    this.depth = pattern.columns();
    this.n = a.dim(1);
    this.a = a.segment();
    this.b = b.segment();
    this.bPitch = b.stride(0) * Float.BYTES;
    this.out = out.segment();
  }

  static void sddmm(CsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    if (pattern.nnz() > 0) {
      new VectorSddmm(pattern, a, b, out).run();
    }
  }

  private void run() {
    long work = (long) columns.length * (n + SHORTEST / 4);
    int[] firstRow = RowBlocks.cut(rowOffsets, Math.clamp(work / TASK_WORK, 1, MANY_TASKS));
    Workers.run(firstRow.length - 1, task -> block(firstRow[task], firstRow[task + 1]));
  }

  private void block(int begin, int end) {
    if (n == 1) {
      outerProduct(begin, end);
    } else if (n < Lanes.COUNT) {
      paddedRows(begin, end);
    } else {
      stretches(begin, end);
    }
  }

  /** Rows shorter than a vector, filled up with zeros. */
  private void paddedRows(int begin, int end) {
    try (Scratch scratch = Scratch.acquire()) {
      long rows = (long) depth + end - begin;
      MemorySegment work = scratch.work.floats(EightDots.SCRATCH + rows * Lanes.COUNT);
      MemorySegment panel = work.asSlice((long) EightDots.SCRATCH * Float.BYTES);
      VectorFill.floats(panel, 0, rows * Lanes.COUNT, 0);
      long aPitch = (long) n * Float.BYTES;
      long left = depth * Lanes.BYTES;
      Packing.copyRows(b, 0, bPitch, panel, 0, Lanes.BYTES, depth, n);
      Packing.copyRows(a, begin * aPitch, aPitch, panel, left, Lanes.BYTES, end - begin, n);
      rows(begin, end, panel, left, Lanes.BYTES, panel, 0, Lanes.BYTES, Lanes.COUNT, work, false);
    }
  }

  private void stretches(int begin, int end) {
    int length = stretch();
    int entries = rowOffsets[end] - rowOffsets[begin];
    boolean packed = length < n && entries >= (bPitch % 1024 == 0 ? 4L : 16L) * depth;
    long aPitch = (long) n * Float.BYTES;
    try (Scratch scratch = Scratch.acquire()) {
      // the last stretch may be longer by less than a vector; and a pitch of a power of two
      // collides in the cache
      long pitch = (long) length * Float.BYTES + Lanes.BYTES;
      MemorySegment work =
          scratch.work.floats(EightDots.SCRATCH + (packed ? depth * pitch / Float.BYTES : 0));
      MemorySegment panel = work.asSlice((long) EightDots.SCRATCH * Float.BYTES);
      int width;
      for (int at = 0; at < n; at += width) {
        width = n - at < length + Lanes.COUNT ? n - at : length;
        long offset = (long) at * Float.BYTES;
        long left = begin * aPitch + offset;
        if (packed) {
          Packing.copyRows(b, offset, bPitch, panel, 0, pitch, depth, width);
          rows(begin, end, a, left, aPitch, panel, 0, pitch, width, work, at > 0);
        } else {
          rows(begin, end, a, left, aPitch, b, offset, bPitch, width, work, at > 0);
        }
      }
    }
  }

  /** How much of n is summed at a time. */
  private int stretch() {
    long fitting = STRETCH_BYTES / Float.BYTES / Math.max(1, depth) / Lanes.COUNT * Lanes.COUNT;
    return Math.clamp(fitting, SHORTEST, Math.max(SHORTEST, n));
  }

  private void rows(
      int begin,
      int end,
      MemorySegment lefts,
      long leftOffset,
      long leftPitch,
      MemorySegment rights,
      long rightOffset,
      long rightPitch,
      int width,
      MemorySegment scratch,
      boolean accumulate) {
    for (int row = begin; row < end; row++) {
      long left = leftOffset + (row - begin) * leftPitch;
      int stop = rowOffsets[row + 1];
      for (int p = rowOffsets[row]; p < stop; p += EightDots.COUNT) {
        EightDots.run(
            lefts,
            left,
            rights,
            rightOffset,
            rightPitch,
            columns,
            p,
            Math.min(EightDots.COUNT, stop - p),
            width,
            scratch,
            out,
            p,
            accumulate);
      }
    }
  }

  private void outerProduct(int begin, int end) {
    for (int row = begin; row < end; row++) {
      float left = a.getAtIndex(ValueLayout.JAVA_FLOAT, row);
      for (int p = rowOffsets[row]; p < rowOffsets[row + 1]; p++) {
        float right = b.get(ValueLayout.JAVA_FLOAT, columns[p] * bPitch);
        out.setAtIndex(ValueLayout.JAVA_FLOAT, p, left * right);
      }
    }
  }
}
