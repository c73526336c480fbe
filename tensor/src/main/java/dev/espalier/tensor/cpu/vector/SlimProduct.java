package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code C = epilogue(alpha A B + beta C)} for few rows of A, where packing B would cost more than
 * multiplying by it: one row, or some rows times a transposed matrix (a dense layer's weight).
 */
record SlimProduct(
    int m,
    int n,
    int k,
    float alpha,
    MatrixView a,
    MatrixView b,
    float beta,
    MatrixView c,
    TileEpilogue epilogue) {
  /** Up to here dot products beat packing a transposed B. */
  static final int MAX_ROWS = 16;

  /** Up to here they beat packing B^T's few columns, which is cheap, and a narrow tile. */
  static final int MAX_COLUMNS = 8;

  /** Columns per task: a multiple of every kernel's. */
  private static final int BLOCK = 384;

  /** Below this many multiply-adds waking other threads costs more than it saves. */
  private static final long PARALLEL_WORK = 1L << 19;

  /** Whether this class is the one for these operands, with at most {@code limit} rows. */
  static boolean handles(int m, int limit, int k, MatrixView a, MatrixView b) {
    if (m == 1) {
      return b.columnStride() == 1 || b.rowStride() == 1;
    }
    return m > 1
        && m <= limit
        && k >= 2 * Lanes.COUNT
        && a.columnStride() == 1
        && b.rowStride() == 1;
  }

  void run() {
    if (n == 0) {
      return;
    }
    int blocks = Math.ceilDiv(n, BLOCK);
    if ((long) m * n * k < PARALLEL_WORK) {
      for (int i = 0; i < blocks; i++) {
        block(i);
      }
    } else {
      Workers.run(blocks, this::block);
    }
  }

  private void block(int index) {
    int column = index * BLOCK;
    int columns = Math.min(BLOCK, n - column);
    var writer = new TileWriter(OutputMap.plain(c, n), epilogue);
    if (beta != 0 && beta != 1) {
      writer.scale(beta, 0, m, column, column + columns);
    }
    try (Scratch scratch = Scratch.acquire()) {
      if (m > 1) {
        dotTiles(column, columns, writer, scratch);
      } else if (b.columnStride() == 1) {
        combineRows(column, columns, writer, scratch);
      } else {
        dots(column, columns, writer, scratch);
      }
    }
  }

  private void combineRows(int column, int columns, TileWriter writer, Scratch scratch) {
    int slices = Math.max(1, Math.ceilDiv(k, MicroKernel.DEPTH));
    var x = new MatrixRows(a, alpha);
    for (int slice = 0; slice < slices; slice++) {
      int k0 = slice * MicroKernel.DEPTH;
      int depth = Math.min(MicroKernel.DEPTH, k - k0);
      x.prepare(0, 1, k0, depth, scratch);
      x.pack(0, 1, 1, k0, depth, scratch);
      boolean accumulate = beta != 0 || slice > 0;
      boolean last = slice == slices - 1;
      for (int j = 0; j < columns; j += SlimKernels.COMBINED_COLUMNS) {
        int width = Math.min(SlimKernels.COMBINED_COLUMNS, columns - j);
        combine(k0, depth, column + j, width, scratch);
        writer.write(scratch.tile, 0, 1, column + j, width, accumulate, last);
      }
    }
  }

  private void combine(int k0, int depth, int column, int columns, Scratch scratch) {
    long from = b.byteOffset(k0, column);
    long pitch = b.rowStride() * Float.BYTES;
    float[] x = scratch.rowPanel;
    if (columns == SlimKernels.COMBINED_COLUMNS) {
      SlimKernels.combineRows(x, depth, b.data(), from, pitch, scratch.tile);
    } else {
      SlimKernels.combineRowsNarrow(x, depth, b.data(), from, pitch, columns, scratch.tile);
    }
  }

  private void dots(int column, int columns, TileWriter writer, Scratch scratch) {
    MemorySegment x = scratch.work.floats(k);
    for (int i = 0; i < k; i++) {
      float value = a.data().get(ValueLayout.JAVA_FLOAT, a.byteOffset(0, i));
      x.setAtIndex(ValueLayout.JAVA_FLOAT, i, alpha * value);
    }
    var row = new SlimKernels.Bundle(x, 0, 0, 1);
    for (int j = column; j < column + columns; j += SlimKernels.DOTS) {
      var group = columnBundle(j, Math.min(SlimKernels.DOTS, column + columns - j));
      SlimKernels.dots(row, group, k, Lanes.BYTES, scratch.partials);
      SlimKernels.fold(scratch.partials, SlimKernels.DOTS, row, group, k, scratch.tile);
      writer.write(scratch.tile, 0, 1, j, group.count(), beta != 0, true);
    }
  }

  private void dotTiles(int column, int columns, TileWriter writer, Scratch scratch) {
    int width = SlimKernels.DOT_TILE_COLUMNS;
    for (int j = column; j < column + columns; j += width) {
      var right = columnBundle(j, Math.min(width, column + columns - j));
      for (int i = 0; i < m; i += SlimKernels.DOT_TILE_ROWS) {
        var left = rowBundle(i, Math.min(SlimKernels.DOT_TILE_ROWS, m - i));
        SlimKernels.dotTile(left, right, k, Lanes.BYTES, scratch.partials);
        SlimKernels.fold(scratch.partials, width, left, right, k, scratch.tile);
        scaleTile(scratch.tile, left.count(), right.count());
        writer.write(scratch.tile, i, left.count(), j, right.count(), beta != 0, true);
      }
    }
  }

  private SlimKernels.Bundle rowBundle(int row, int count) {
    return new SlimKernels.Bundle(
        a.data(), a.byteOffset(row, 0), a.rowStride() * Float.BYTES, count);
  }

  private SlimKernels.Bundle columnBundle(int column, int count) {
    return new SlimKernels.Bundle(
        b.data(), b.byteOffset(0, column), b.columnStride() * Float.BYTES, count);
  }

  private void scaleTile(MemorySegment tile, int rows, int columns) {
    if (alpha == 1) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        long at = i * MicroKernel.TILE_ROW_BYTES + j * (long) Float.BYTES;
        tile.set(ValueLayout.JAVA_FLOAT, at, alpha * tile.get(ValueLayout.JAVA_FLOAT, at));
      }
    }
  }
}
