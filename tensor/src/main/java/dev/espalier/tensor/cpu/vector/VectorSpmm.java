package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Float32 CSR times dense, {@code c = epilogue(A b + beta c)}.
 *
 * <p>b's columns are cut into panels of at most four vectors. A task packs its panel next to each
 * other, so that rows a power of two apart do not compete for the same sets of the cache, and runs
 * the rows of A over it with {@link SpmmKernels}; the columns past the last whole vector are packed
 * with zeros. Panels are shared among threads first, blocks of rows of about equal work second.
 */
final class VectorSpmm {
  /** What a panel may take of the second-level cache. */
  private static final long PANEL_BYTES = 256 * 1024;

  /** Multiply-adds worth a task. */
  private static final long TASK_WORK = 256 * 1024;

  /** Tasks beyond which rows are not cut any further. */
  private static final int MANY_TASKS = 8;

  /** Rows that wait in the tile for their epilogue. */
  private static final int TILE_ROWS = 16;

  private final int[] rowOffsets;
  private final int[] columnIndices;
  private final float[] values;
  private final int depth;
  private final int n;
  private final MemorySegment b;
  private final long bPitch;
  private final SparseOutput output;
  private final int panelColumns;

  private VectorSpmm(CsrPattern pattern, float[] values, Tensor b, SparseOutput output) {
    this.rowOffsets = pattern.rowOffsets();
    this.columnIndices = pattern.columnIndices();
    this.values = values;
    this.depth = pattern.columns();
    this.n = b.dim(1);
    this.b = b.segment();
    this.bPitch = b.stride(0) * Float.BYTES;
    this.output = output;
    this.panelColumns = panelVectors(depth, n) * Lanes.COUNT;
  }

  static void spmm(
      CsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    int nnz = pattern.nnz();
    float[] own = HeapFloats.own(nnz);
    MemorySegment.copy(values.segment(), ValueLayout.JAVA_FLOAT, 0, own, 0, nnz);
    try (var output = new SparseOutput(c, beta, epilogue)) {
      new VectorSpmm(pattern, own, b, output).run();
    }
  }

  /** As many vectors as fit the cache, but none that would be idle. */
  private static int panelVectors(int depth, int n) {
    int vectors = 4;
    while (vectors > 1 && (long) vectors * Lanes.BYTES * depth > PANEL_BYTES) {
      vectors /= 2;
    }
    while (vectors > 1 && n <= vectors / 2 * Lanes.COUNT) {
      vectors /= 2;
    }
    return vectors;
  }

  private void run() {
    int panels = (n + panelColumns - 1) / panelColumns;
    int rows = rowOffsets.length - 1;
    long workOfPanel = (long) rowOffsets[rows] * panelColumns;
    int blocks = panels >= MANY_TASKS ? 1 : Math.clamp(workOfPanel / TASK_WORK, 1, MANY_TASKS);
    int[] firstRow = RowBlocks.cut(rowOffsets, blocks);
    Workers.run(
        panels * blocks,
        task ->
            panel(
                task / blocks * panelColumns,
                firstRow[task % blocks],
                firstRow[task % blocks + 1]));
  }

  private void panel(int column, int begin, int end) {
    int width = Math.min(panelColumns, n - column);
    int vectors = panelVectors(depth, width);
    int entries = rowOffsets[end] - rowOffsets[begin];
    long pitch = (long) vectors * Lanes.BYTES;
    try (Scratch scratch = Scratch.acquire()) {
      MemorySegment work = scratch.work.floats(((long) depth + TILE_ROWS) * panelColumns);
      MemorySegment tile = work.asSlice(depth * pitch);
      if (width < vectors * Lanes.COUNT || isWorthPacking(entries)) {
        pack(column, width, work, pitch);
        rows(begin, end, vectors, work, 0, pitch, column, width, tile);
      } else {
        rows(begin, end, vectors, b, (long) column * Float.BYTES, bPitch, column, width, tile);
      }
    }
  }

  /**
   * Packing pays where each row of the panel is read often, sooner where the rows of b collide in
   * the cache.
   */
  private boolean isWorthPacking(int entries) {
    boolean collides = bPitch % 1024 == 0;
    return n > panelColumns && entries >= (collides ? 4L : 16L) * depth;
  }

  private void pack(int column, int width, MemorySegment panel, long pitch) {
    if ((long) width * Float.BYTES < pitch) {
      VectorFill.floats(panel, 0, depth * pitch / Float.BYTES, 0);
    }
    Packing.copyRows(b, (long) column * Float.BYTES, bPitch, panel, 0, pitch, depth, width);
  }

  private void rows(
      int begin,
      int end,
      int vectors,
      MemorySegment panel,
      long offset,
      long pitch,
      int column,
      int width,
      MemorySegment tile) {
    if (output.isPlain() && width == vectors * Lanes.COUNT) {
      long to = output.offset(begin, column);
      kernel(begin, end, vectors, panel, offset, pitch, output.segment(), to, output.pitch());
      return;
    }
    long tilePitch = (long) vectors * Lanes.BYTES;
    for (int row = begin; row < end; row += TILE_ROWS) {
      int stop = Math.min(end, row + TILE_ROWS);
      kernel(row, stop, vectors, panel, offset, pitch, tile, 0, tilePitch);
      output.write(tile, tilePitch, row, stop - row, column, width);
    }
  }

  private void kernel(
      int begin,
      int end,
      int vectors,
      MemorySegment panel,
      long at,
      long pitch,
      MemorySegment out,
      long outAt,
      long outPitch) {
    int[] offsets = rowOffsets;
    int[] columns = columnIndices;
    switch (vectors) {
      case 4 ->
          SpmmKernels.fourVectors(
              offsets, columns, values, begin, end, panel, at, pitch, out, outAt, outPitch);
      case 2 ->
          SpmmKernels.twoVectors(
              offsets, columns, values, begin, end, panel, at, pitch, out, outAt, outPitch);
      default ->
          SpmmKernels.oneVector(
              offsets, columns, values, begin, end, panel, at, pitch, out, outAt, outPitch);
    }
  }
}
