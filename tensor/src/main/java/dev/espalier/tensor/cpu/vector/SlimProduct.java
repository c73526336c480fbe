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

  /** Up to here they beat packing the few columns, which is cheap, and a narrow tile. */
  static final int MAX_COLUMNS = 12;

  /** Columns per task: a multiple of every kernel's. */
  private static final int BLOCK = 384;

  /** Columns whose dot products are written together: tiles, and no more than a tile's row. */
  private static final int TOGETHER = 2 * Lanes.COUNT / DotTile.MANY * DotTile.MANY;

  /** Below this many multiply-adds waking other threads costs more than it saves. */
  private static final long PARALLEL_WORK = 1L << 19;

  /** Whether this class is the one for these operands, with at most {@code limit} rows. */
  static boolean handles(int m, int limit, int k, MatrixView a, MatrixView b) {
    if (m == 1) {
      return b.columnStride() == 1 || b.rowStride() == 1;
    }
    return m > 1 && m <= limit && k >= 2 * Lanes.COUNT && b.rowStride() == 1;
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

  /**
   * The few rows of A go to a slot's panel, padded with zeros to whole vectors; B's columns stay
   * where they are, but for their ends.
   */
  private void dotTiles(int column, int columns, TileWriter writer, Scratch scratch) {
    int slice = Math.min(k, Panels.PANEL_BYTES / MAX_ROWS / Float.BYTES - 2 * Lanes.COUNT);
    int slot = Panels.acquire();
    try {
      for (int k0 = 0; k0 < k; k0 += slice) {
        int depth = Math.min(slice, k - k0);
        // one vector more, so that rows are not a power of two apart
        int pitch = (Math.ceilDiv(depth, Lanes.COUNT) + 1) * (int) Lanes.BYTES;
        packRows(k0, depth, pitch, slot);
        for (int j = column; j < column + columns; j += TOGETHER) {
          int width = Math.min(TOGETHER, column + columns - j);
          for (int i = 0; i < m; i += DotTile.FEW) {
            int height = Math.min(DotTile.FEW, m - i);
            for (int l = 0; l < width; l += DotTile.MANY) {
              int taken = Math.min(DotTile.MANY, width - l);
              tile(j + l, taken, k0, depth, i * pitch, pitch, slot, scratch);
              foldTile(height, l, taken, slot, scratch);
            }
            boolean last = k0 + depth == k;
            writer.write(scratch.tile, i, height, j, width, beta != 0 || k0 > 0, last);
          }
        }
      }
    } finally {
      Panels.release(slot);
    }
  }

  private void packRows(int k0, int depth, int pitch, int slot) {
    long panel = Panels.panel(slot);
    int padded = Math.ceilDiv(depth, Lanes.COUNT) * Lanes.COUNT;
    for (int i = 0; i < Math.ceilDiv(m, DotTile.FEW) * DotTile.FEW; i++) {
      long to = panel + (long) i * pitch;
      int taken = i < m ? depth : 0;
      VectorFill.floats(Panels.MEMORY, to + (long) taken * Float.BYTES, (long) padded - taken, 0);
      for (int l = 0; l < taken; l++) {
        float value = a.data().get(ValueLayout.JAVA_FLOAT, a.byteOffset(i, k0 + l));
        Panels.MEMORY.set(ValueLayout.JAVA_FLOAT, to + (long) l * Float.BYTES, alpha * value);
      }
    }
  }

  /** What is left of some columns behind their whole vectors, with zeros; null if nothing is. */
  private MemorySegment ends(int column, int columns, int k0, int depth, Scratch scratch) {
    int rest = depth % Lanes.COUNT;
    if (rest == 0) {
      return null;
    }
    MemorySegment ends = scratch.partials;
    VectorFill.floats(ends, 0, (long) DotTile.MANY * Lanes.COUNT, 0);
    for (int j = 0; j < columns; j++) {
      long from = b.byteOffset(k0 + depth - rest, column + j);
      Packing.copyRow(b.data(), from, ends, j * Lanes.BYTES, rest);
    }
    return ends;
  }

  /** Columns that do not exist are stood in for by the last. */
  private void tile(
      int column, int columns, int k0, int depth, int few, int pitch, int slot, Scratch scratch) {
    long m0 = b.byteOffset(k0, column);
    long m1 = b.byteOffset(k0, column + Math.min(1, columns - 1));
    long m2 = b.byteOffset(k0, column + Math.min(2, columns - 1));
    int whole = depth / Lanes.COUNT;
    DotTile.of(true).run(b.data(), m0, m1, m2, slot, few, pitch, whole);
    MemorySegment ends = ends(column, columns, k0, depth, scratch);
    if (ends != null) {
      int end = few + whole * (int) Lanes.BYTES;
      DotTile.of(false).run(ends, 0, Lanes.BYTES, 2 * Lanes.BYTES, slot, end, pitch, 1);
    }
  }

  private static void foldTile(int rows, int first, int columns, int slot, Scratch scratch) {
    int sums = Panels.header(slot) + Panels.PARTIALS;
    for (int i = 0; i < rows * DotTile.MANY; i += LaneSums.COUNT) {
      int at = sums + i * (int) Lanes.BYTES;
      LaneSums.of(at, at);
      for (int l = i; l < Math.min(rows * DotTile.MANY, i + LaneSums.COUNT); l++) {
        int row = l / DotTile.MANY;
        int column = l % DotTile.MANY;
        if (column < columns) {
          long to = row * MicroKernel.TILE_ROW_BYTES + (long) (first + column) * Float.BYTES;
          scratch.tile.set(ValueLayout.JAVA_FLOAT, to, LaneSums.get(at, l - i));
        }
      }
    }
  }

  private SlimKernels.Bundle columnBundle(int column, int count) {
    return new SlimKernels.Bundle(
        b.data(), b.byteOffset(0, column), b.columnStride() * Float.BYTES, count);
  }
}
