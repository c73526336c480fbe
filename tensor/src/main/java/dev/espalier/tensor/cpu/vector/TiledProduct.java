package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.util.function.IntConsumer;

/**
 * The blocked matrix product {@code C = epilogue(A B + beta C)}.
 *
 * <p>A task owns a block of C. For each slice of depth it packs its strip of B once, which then
 * stays in the second-level cache, and for each panel of A, packed into the first-level cache,
 * sweeps that strip. Depth is never divided between tasks and every element sees the same additions
 * in the same order wherever the blocks are cut, so the bits of C do not depend on the number of
 * threads.
 */
final class TiledProduct implements IntConsumer {
  /** Columns of a strip of full depth: together 768 KiB, for caches of 1 MiB. */
  static final int STRIP = 256;

  /** Below this many multiply-adds (some 20 µs) waking other threads costs more than it saves. */
  private static final long PARALLEL_WORK = 1L << 20;

  private final int m;
  private final int n;
  private final int k;
  private final RowSource a;
  private final ColumnSource b;
  private final float beta;
  private final OutputMap c;
  private final TileWriter writer;

  /** Every block but the last has these many rows and columns. */
  private int blockRows;

  private int blockColumns;
  private int rowBlocks;
  private int columnBlocks;

  /**
   * @param beta 0 does not read C
   */
  TiledProduct(
      int m,
      int n,
      int k,
      RowSource a,
      ColumnSource b,
      float beta,
      OutputMap c,
      TileEpilogue epilogue) {
    this.m = m;
    this.n = n;
    this.k = k;
    this.a = a;
    this.b = b;
    this.beta = beta;
    this.c = c;
    this.writer = new TileWriter(c, epilogue);
  }

  void run() {
    if (m == 0 || n == 0) {
      return;
    }
    boolean small = (long) m * n * k < PARALLEL_WORK;
    cut(small ? 1 : Workers.threads());
    int blocks = rowBlocks * columnBlocks;
    if (small) {
      for (int i = 0; i < blocks; i++) {
        accept(i);
      }
    } else {
      Workers.run(blocks, this);
    }
  }

  private void cut(int threads) {
    int wanted = threads == 1 ? 1 : 2 * threads;
    int columns = roundUp(ceilDiv(n, wanted), MicroKernel.COLUMNS);
    blockColumns = Math.min(stripColumns(), Math.max(columns, 4 * MicroKernel.COLUMNS));
    columnBlocks = ceilDiv(n, blockColumns);
    int rowParts = Math.max(1, wanted / columnBlocks);
    blockRows = Math.max(4 * MicroKernel.ROWS, roundUp(ceilDiv(m, rowParts), MicroKernel.ROWS));
    rowBlocks = ceilDiv(m, blockRows);
  }

  /** Depth of all slices but the last, which is at most a little less: no slice is a mere rest. */
  private int sliceDepth() {
    int slices = Math.max(1, ceilDiv(k, MicroKernel.DEPTH));
    return ceilDiv(k, slices);
  }

  /** A shallow slice fills the buffer with a longer strip. */
  private int stripColumns() {
    int depth = Math.max(64, sliceDepth());
    int columns = STRIP * MicroKernel.DEPTH / depth;
    return columns - columns % MicroKernel.COLUMNS;
  }

  private static int ceilDiv(int a, int b) {
    return Math.ceilDiv(a, b);
  }

  private static int roundUp(int value, int multiple) {
    return ceilDiv(value, multiple) * multiple;
  }

  /** Computes a block. */
  @Override
  public void accept(int index) {
    int row = index % rowBlocks * blockRows;
    int column = index / rowBlocks * blockColumns;
    int rows = Math.min(blockRows, m - row);
    int columns = Math.min(blockColumns, n - column);
    if (beta != 0 && beta != 1) {
      writer.scale(beta, row, row + rows, column, column + columns);
    }
    int slot = Panels.acquire();
    try (Scratch scratch = Scratch.acquire()) {
      int sliceDepth = sliceDepth();
      int k0 = 0;
      do {
        int depth = Math.min(sliceDepth, k - k0);
        packStrip(column, columns, k0, depth, slot, scratch);
        sweep(row, rows, column, columns, k0, depth, slot, scratch);
        k0 += depth;
      } while (k0 < k);
    } finally {
      Panels.release(slot);
    }
  }

  private static int panelWidth(int columns) {
    return columns <= Lanes.COUNT ? Lanes.COUNT : MicroKernel.COLUMNS;
  }

  private static int panelOffset(int columnInStrip, int depth) {
    return columnInStrip * depth * Float.BYTES;
  }

  private void packStrip(int column, int columns, int k0, int depth, int slot, Scratch scratch) {
    if (depth == 0) {
      return;
    }
    b.prepare(column, columns, k0, depth, scratch);
    for (int j = 0; j < columns; j += MicroKernel.COLUMNS) {
      int taken = Math.min(MicroKernel.COLUMNS, columns - j);
      long at = (long) Panels.header(slot) + panelOffset(j, depth);
      b.pack(column + j, taken, panelWidth(taken), k0, depth, scratch, at);
    }
  }

  private void sweep(
      int row, int rows, int column, int columns, int k0, int depth, int slot, Scratch scratch) {
    boolean accumulate = k0 > 0 || beta != 0;
    boolean last = k0 + depth == k;
    int chunk = a.chunkRows();
    int prepared = 0;
    for (int i = 0; i < rows; ) {
      if (i == prepared && depth > 0) {
        // The last chunk takes the rest with it, so that no chunk ends within a low tile.
        prepared = rows - i < 2L * chunk ? rows : i + chunk;
        a.prepare(row + i, prepared - i, k0, depth, scratch);
      }
      int tileRows = MicroKernel.tileRows(rows - i);
      MicroKernel direct = MicroKernel.of(tileRows, accumulate);
      MicroKernel buffered = MicroKernel.of(tileRows, false);
      int height = Math.min(tileRows, rows - i);
      if (depth > 0) {
        a.pack(row + i, height, tileRows, k0, depth, slot, scratch);
      }
      for (int j = 0; j < columns; j += MicroKernel.COLUMNS) {
        int width = Math.min(MicroKernel.COLUMNS, columns - j);
        int strip = panelOffset(j, depth);
        boolean whole = height == tileRows && width == MicroKernel.COLUMNS;
        if (whole && writer.isPlain(column + j, width, last)) {
          long at = c.byteOffset(row + i, column + j);
          direct.wide(depth, slot, strip, c.data(), at, c.rowStride() * Float.BYTES);
        } else {
          multiply(buffered, depth, width, slot, strip, scratch);
          writer.write(scratch.tile, row + i, height, column + j, width, accumulate, last);
        }
      }
      i += height;
    }
  }

  private static void multiply(
      MicroKernel kernel, int depth, int width, int slot, int strip, Scratch scratch) {
    if (width > Lanes.COUNT) {
      kernel.wide(depth, slot, strip, scratch.tile, 0, MicroKernel.TILE_ROW_BYTES);
    } else {
      kernel.narrow(depth, slot, strip, scratch.tile);
    }
  }
}
