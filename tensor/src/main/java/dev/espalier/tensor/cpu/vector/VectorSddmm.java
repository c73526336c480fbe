package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sampled float32 product {@code out[p] = Σ_n a[row(p), n] b[column(p), n]}: blocks of rows of
 * about equal work are shared among threads; the sum goes over stretches of n for which b's rows
 * stay in the second-level cache, packed if they are read often.
 */
final class VectorSddmm {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** What a stretch of all rows of b may take of the cache. */
  private static final long STRETCH_BYTES = 512 * 1024;

  /** The shortest stretch: to sum lanes costs as much as a quarter of it. */
  private static final int SHORTEST = 256;

  private static final long TASK_WORK = 256 * 1024;
  private static final int MANY_TASKS = 16;

  private final BlockColumns pattern;
  private final int n;
  private final MemorySegment a;
  private final long aPitch;
  private final MemorySegment b;
  private final long bPitch;
  private final MemorySegment out;
  private final SampledRows products;

  private VectorSddmm(BlockColumns pattern, Tensor a, Tensor b, Tensor out) {
    this.pattern = pattern;
    this.n = a.dim(1);
    this.a = a.segment();
    this.aPitch = (long) n * Float.BYTES;
    this.b = b.segment();
    this.bPitch = b.stride(0) * Float.BYTES;
    this.out = out.segment();
    this.products = new SampledRows(pattern, this.out);
  }

  static void sddmm(BlockColumns pattern, Tensor a, Tensor b, Tensor out) {
    if (out.size() > 0) {
      new VectorSddmm(pattern, a, b, out).run();
    }
  }

  private void run() {
    long work = pattern.entries(0, pattern.blockRows()) * (n + SHORTEST / 4);
    int tasks = Math.clamp(work / TASK_WORK, 1, MANY_TASKS);
    int[] first = RowBlocks.cut(pattern.rowOffsets(), tasks);
    Workers.run(tasks, task -> blockRows(first[task], first[task + 1]));
  }

  private void blockRows(int begin, int end) {
    if (n == 1) {
      outerProduct(begin, end);
    } else if (n < Lanes.COUNT) {
      paddedRows(begin, end);
    } else {
      stretches(begin, end);
    }
  }

  private void outerProduct(int begin, int end) {
    int height = pattern.blockHeight();
    int width = pattern.blockWidth();
    for (int row = begin * height; row < end * height; row++) {
      float left = a.getAtIndex(FLOAT, row);
      for (int block = pattern.rowOffsets()[row / height];
          block < pattern.rowOffsets()[row / height + 1];
          block++) {
        long at = ((long) block * height + row % height) * width;
        for (int j = 0; j < width; j++) {
          float right = b.get(FLOAT, pattern.columns()[block * width + j] * bPitch);
          out.setAtIndex(FLOAT, at + j, left * right);
        }
      }
    }
  }

  /** Rows shorter than a vector, filled up with zeros. */
  private void paddedRows(int begin, int end) {
    int height = (end - begin) * pattern.blockHeight();
    try (Scratch scratch = Scratch.acquire()) {
      long rows = (long) pattern.width() + height;
      MemorySegment work = scratch.work.floats(EightDots.SCRATCH + rows * Lanes.COUNT);
      MemorySegment panel = work.asSlice((long) EightDots.SCRATCH * Float.BYTES);
      VectorFill.floats(panel, 0, rows * Lanes.COUNT, 0);
      long left = pattern.width() * Lanes.BYTES;
      long from = (long) begin * pattern.blockHeight() * aPitch;
      Packing.copyRows(b, 0, bPitch, panel, 0, Lanes.BYTES, pattern.width(), n);
      Packing.copyRows(a, from, aPitch, panel, left, Lanes.BYTES, height, n);
      var lefts = new SampledRows.Rows(panel, left, Lanes.BYTES);
      products.add(
          begin, end, lefts, new SampledRows.Rows(panel, 0, Lanes.BYTES), Lanes.COUNT, work, false);
    }
  }

  private void stretches(int begin, int end) {
    int length = stretch();
    long often = (bPitch % 1024 == 0 ? 4L : 16L) * pattern.width();
    boolean packed = length < n && pattern.entries(begin, end) >= often;
    try (Scratch scratch = Scratch.acquire()) {
      // room for a last stretch that is longer by less than a vector; and no power of two
      long pitch = (long) length * Float.BYTES + Lanes.BYTES;
      long panelFloats = packed ? pattern.width() * pitch / Float.BYTES : 0;
      MemorySegment work = scratch.work.floats(EightDots.SCRATCH + panelFloats);
      MemorySegment panel = work.asSlice((long) EightDots.SCRATCH * Float.BYTES);
      int width;
      for (int at = 0; at < n; at += width) {
        width = n - at < length + Lanes.COUNT ? n - at : length;
        long shift = (long) at * Float.BYTES;
        var lefts =
            new SampledRows.Rows(a, (long) begin * pattern.blockHeight() * aPitch + shift, aPitch);
        var rights =
            packed ? new SampledRows.Rows(panel, 0, pitch) : new SampledRows.Rows(b, shift, bPitch);
        if (packed) {
          Packing.copyRows(b, shift, bPitch, panel, 0, pitch, pattern.width(), width);
        }
        products.add(begin, end, lefts, rights, width, work, at > 0);
      }
    }
  }

  /** How much of n is summed at a time. */
  private int stretch() {
    long fitting = STRETCH_BYTES / Float.BYTES / pattern.width() / Lanes.COUNT * Lanes.COUNT;
    return Math.clamp(fitting, SHORTEST, Math.max(SHORTEST, n));
  }
}
