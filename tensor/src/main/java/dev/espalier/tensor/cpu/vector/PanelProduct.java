package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;

/**
 * A sparse matrix times dense b, {@code c = epilogue(A b + beta c)}, in float32.
 *
 * <p>b's columns are cut into panels of at most four vectors. A task packs the rows of its panel
 * next to each other, so that rows a power of two apart do not compete for the same sets of the
 * cache, and runs rows of A over it with a {@link SparseKernel}; columns that do not fill a vector
 * are packed with zeros behind them. Panels are shared among threads first, blocks of rows of about
 * equal work second.
 */
final class PanelProduct {
  /** What a panel may take of the second-level cache. */
  private static final long PANEL_BYTES = 256 * 1024;

  private static final int MOST_VECTORS = 4;

  /** Multiply-adds worth more than one thread. */
  private static final long TASK_WORK = 256 * 1024;

  /** Panels per thread beyond which rows need not be cut. */
  private static final int MANY_TASKS = 4;

  /** Rows of a panel that are transposed at a time, which the first-level cache holds. */
  private static final int TRANSPOSED_ROWS = 64;

  /** Rows that wait in the tile for their epilogue. */
  private static final int TILE_ROWS = 16;

  private final BlockColumns pattern;
  private final SparseKernel kernel;
  private final int n;
  private final MemorySegment b;
  private final boolean transposed;
  private final boolean overlapping;

  /** Distance of b's rows in bytes, or of its columns where it is transposed. */
  private final long bPitch;

  private final SparseOutput output;
  private final int panelColumns;
  private final int tileBlocks;

  PanelProduct(BlockColumns pattern, SparseKernel kernel, Tensor b, SparseOutput output) {
    this.pattern = pattern;
    this.kernel = kernel;
    this.n = b.dim(1);
    this.b = b.segment();
    this.transposed = b.stride(1) != 1;
    this.overlapping = !transposed && b.stride(0) < n;
    this.bPitch = b.stride(transposed ? 1 : 0) * Float.BYTES;
    this.output = output;
    this.panelColumns = panelVectors(n) * Lanes.COUNT;
    this.tileBlocks = Math.max(1, TILE_ROWS / pattern.blockHeight());
  }

  /** As many vectors as fit the cache, but none that would be idle. */
  private int panelVectors(int columns) {
    int vectors = MOST_VECTORS;
    int least = kernel.leastVectors();
    while (vectors > least
        && !overlapping
        && vectors * Lanes.BYTES * pattern.width() > PANEL_BYTES) {
      vectors /= 2;
    }
    while (vectors > least && columns <= vectors / 2 * Lanes.COUNT) {
      vectors /= 2;
    }
    return vectors;
  }

  void run() {
    int panels = (n + panelColumns - 1) / panelColumns;
    int blocks = rowBlocks(panels);
    int[] first = RowBlocks.cut(pattern.rowOffsets(), blocks);
    Workers.run(
        panels * blocks,
        task ->
            panel(task / blocks * panelColumns, first[task % blocks], first[task % blocks + 1]));
  }

  /**
   * Into how many blocks rows are cut: few, since each of them packs the panel anew. No sum depends
   * on it.
   */
  private int rowBlocks(int panels) {
    int threads = Workers.threads();
    long work = pattern.entries(0, pattern.blockRows()) * panelColumns * panels;
    if (panels % threads == 0 || panels >= MANY_TASKS * threads || work < TASK_WORK) {
      return 1;
    }
    return Math.ceilDiv(2 * threads, panels);
  }

  /** Block rows {@code [begin, end)} times the panel of b from {@code column} on. */
  private void panel(int column, int begin, int end) {
    int width = Math.min(panelColumns, n - column);
    if (overlapping && n >= kernel.leastVectors() * Lanes.COUNT) {
      inPlace(column, width, begin, end);
      return;
    }
    int vectors = panelVectors(width);
    long pitch = vectors * Lanes.BYTES;
    long tileRows = (long) tileBlocks * pattern.blockHeight();
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment work = scratch.work.floats((pattern.width() + tileRows) * panelColumns);
      MemorySegment tile = work.asSlice(pattern.width() * pitch);
      if (transposed || width < vectors * Lanes.COUNT || isWorthPacking(begin, end)) {
        pack(column, width, work, pitch);
        rows(begin, end, vectors, work, 0, pitch, column, width, tile, 0);
      } else {
        long at = (long) column * Float.BYTES;
        rows(begin, end, vectors, b, at, bPitch, column, width, tile, 0);
      }
    }
  }

  /**
   * Reads rows that overlap, the shifted images of a sparse convolution, where they lie: there are
   * as many of them as the image has elements, so that packing would copy it once per column. What
   * does not fill the vectors is computed together with columns before it.
   */
  private void inPlace(int column, int width, int begin, int end) {
    int least = kernel.leastVectors();
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment tile =
          scratch.work.floats((long) tileBlocks * pattern.blockHeight() * panelColumns);
      for (int at = column; at < column + width; ) {
        int rest = column + width - at;
        int vectors = Math.max(least, Integer.highestOneBit(rest / Lanes.COUNT));
        int from = Math.min(at, n - vectors * Lanes.COUNT);
        int taken = Math.min(rest, vectors * Lanes.COUNT);
        rows(begin, end, vectors, b, (long) from * Float.BYTES, bPitch, at, taken, tile, at - from);
        at += taken;
      }
    }
  }

  /**
   * Packing pays where each row of the panel is read often, sooner where the rows of b collide in
   * the cache.
   */
  private boolean isWorthPacking(int begin, int end) {
    boolean collides = bPitch % 1024 == 0;
    return n > panelColumns
        && pattern.entries(begin, end) >= (collides ? 4L : 16L) * pattern.width();
  }

  private void pack(int column, int width, MemorySegment panel, long pitch) {
    if (width < pitch / Float.BYTES) {
      VectorFill.floats(panel, 0, pattern.width() * pitch / Float.BYTES, 0);
    }
    if (!transposed) {
      long from = (long) column * Float.BYTES;
      Packing.copyRows(b, from, bPitch, panel, 0, pitch, pattern.width(), width);
      return;
    }
    for (int row = 0; row < pattern.width(); row += TRANSPOSED_ROWS) {
      int height = Math.min(TRANSPOSED_ROWS, pattern.width() - row);
      long from = column * bPitch + (long) row * Float.BYTES;
      Packing.transpose(b, from, bPitch, panel, row * pitch, pitch, width, height);
    }
  }

  /**
   * @param offset of the first column that is computed, in the panel
   * @param skipped how many of the computed columns come before {@code column}
   */
  private void rows(
      int begin,
      int end,
      int vectors,
      MemorySegment panel,
      long offset,
      long pitch,
      int column,
      int width,
      MemorySegment tile,
      int skipped) {
    int height = pattern.blockHeight();
    if (output.isPlain() && width == vectors * Lanes.COUNT) {
      long to = output.offset(begin * height, column);
      kernel.run(begin, end, vectors, panel, offset, pitch, output.segment(), to, output.pitch());
      return;
    }
    long tilePitch = vectors * Lanes.BYTES;
    for (int row = begin; row < end; row += tileBlocks) {
      int stop = Math.min(end, row + tileBlocks);
      kernel.run(row, stop, vectors, panel, offset, pitch, tile, 0, tilePitch);
      long shift = (long) skipped * Float.BYTES;
      output.write(tile, shift, tilePitch, row * height, (stop - row) * height, column, width);
    }
  }
}
