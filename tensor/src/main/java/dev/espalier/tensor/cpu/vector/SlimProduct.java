package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

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
  static final int MAX_COLUMNS = Lanes.COUNT == 16 ? 16 : 12;

  /** As many lanes as {@link LaneSums} sums at a time. */
  private static final VectorSpecies<Float> EIGHT = FloatVector.SPECIES_256;

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
    int slot = Panels.acquire();
    try {
      combineRows(column, columns, slot, writer, scratch);
    } finally {
      Panels.release(slot);
    }
  }

  private void combineRows(int column, int columns, int slot, TileWriter writer, Scratch scratch) {
    int slices = Math.max(1, Math.ceilDiv(k, MicroKernel.DEPTH));
    var x = new MatrixRows(a, alpha);
    for (int slice = 0; slice < slices; slice++) {
      int k0 = slice * MicroKernel.DEPTH;
      int depth = Math.min(MicroKernel.DEPTH, k - k0);
      x.prepare(0, 1, k0, depth, scratch);
      x.pack(0, 1, 1, k0, depth, slot, scratch);
      boolean accumulate = beta != 0 || slice > 0;
      boolean last = slice == slices - 1;
      for (int j = 0; j < columns; j += SlimKernels.COMBINED_COLUMNS) {
        int width = Math.min(SlimKernels.COMBINED_COLUMNS, columns - j);
        combine(k0, depth, column + j, width, slot, scratch);
        writer.write(scratch.tile, 0, 1, column + j, width, accumulate, last);
      }
    }
  }

  private void combine(int k0, int depth, int column, int columns, int slot, Scratch scratch) {
    long from = b.byteOffset(k0, column);
    long pitch = b.rowStride() * Float.BYTES;
    if (columns == SlimKernels.COMBINED_COLUMNS) {
      SlimKernels.combineRows(slot, depth, b.data(), from, pitch, scratch.tile);
    } else {
      SlimKernels.combineRowsNarrow(slot, depth, b.data(), from, pitch, columns, scratch.tile);
    }
  }

  private void dots(int column, int columns, TileWriter writer, Scratch scratch) {
    MemorySegment x = scratch.work.floats(k);
    for (int i = 0; i < k; i++) {
      float value = a.data().get(ValueLayout.JAVA_FLOAT, a.byteOffset(0, i));
      x.setAtIndex(ValueLayout.JAVA_FLOAT, i, alpha * value);
    }
    var row = new SlimKernels.Bundle(x, 0, 0, 1);
    int slot = Panels.acquire();
    try {
      int sums = Panels.header(slot) + Panels.PARTIALS;
      for (int j = column; j < column + columns; j += MicroKernel.COLUMNS) {
        int width = Math.min(MicroKernel.COLUMNS, column + columns - j);
        for (int l = 0; l < width; l += SlimKernels.DOTS) {
          var group = columnBundle(j + l, Math.min(SlimKernels.DOTS, width - l));
          SlimKernels.dots(row, group, k, Lanes.BYTES, sums);
          SlimKernels.fold(sums, row, group, k, scratch.tile, l);
        }
        writer.write(scratch.tile, 0, 1, j, width, beta != 0, true);
      }
    } finally {
      Panels.release(slot);
    }
  }

  /**
   * The few rows of A go to a slot's panel, padded with zeros to whole vectors; B's columns stay
   * where they are, but for their ends.
   */
  private void dotTiles(int column, int columns, TileWriter writer, Scratch scratch) {
    int slice = Math.min(k, Panels.PANEL_BYTES / MAX_ROWS / Float.BYTES - 2 * Lanes.COUNT);
    MemorySegment tile = scratch.work.floats((long) DotTile.MOST * MicroKernel.COLUMNS);
    boolean isAcross = beta == 0 && c.rowStride() == 1 && Lanes.COUNT >= LaneSums.COUNT;
    int slot = Panels.acquire();
    try {
      for (int k0 = 0; k0 < k; k0 += slice) {
        int depth = Math.min(slice, k - k0);
        // one vector more, so that rows are not a power of two apart
        int pitch = (Math.ceilDiv(depth, Lanes.COUNT) + 1) * (int) Lanes.BYTES;
        packRows(k0, depth, pitch, slot);
        for (int j = column; j < column + columns; j += TOGETHER) {
          int width = Math.min(TOGETHER, column + columns - j);
          for (int i = 0; i < m; ) {
            int few = m - i > DotTile.FEW ? DotTile.MOST : DotTile.FEW;
            int height = Math.min(few, m - i);
            boolean last = k0 + depth == k;
            boolean direct = isAcross && last && k0 == 0;
            for (int l = 0; l < width; l += DotTile.MANY) {
              int taken = Math.min(DotTile.MANY, width - l);
              tile(j + l, taken, k0, depth, i * pitch, pitch, few, slot, scratch);
              int sums = fold(few, slot);
              if (direct) {
                writeAcross(i, height, j + l, taken, few, sums);
              } else {
                toTile(height, l, taken, few, sums, tile);
              }
            }
            if (!direct) {
              writer.write(tile, i, height, j, width, beta != 0 || k0 > 0, last);
            }
            i += few;
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
    for (int i = 0; i < Math.ceilDiv(m, DotTile.MOST) * DotTile.MOST; i++) {
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
      int column,
      int columns,
      int k0,
      int depth,
      int first,
      int pitch,
      int few,
      int slot,
      Scratch scratch) {
    long m0 = b.byteOffset(k0, column);
    long m1 = b.byteOffset(k0, column + Math.min(1, columns - 1));
    long m2 = b.byteOffset(k0, column + Math.min(2, columns - 1));
    int whole = depth / Lanes.COUNT;
    DotTile.of(true, few).run(b.data(), m0, m1, m2, slot, first, pitch, whole);
    MemorySegment ends = ends(column, columns, k0, depth, scratch);
    if (ends != null) {
      int end = first + whole * (int) Lanes.BYTES;
      DotTile.of(false, few).run(ends, 0, Lanes.BYTES, 2 * Lanes.BYTES, slot, end, pitch, 1);
    }
  }

  /** Leaves the sums of a tile, those of one of the many following each other, in the panels. */
  private static int fold(int few, int slot) {
    int sums = Panels.header(slot) + Panels.PARTIALS;
    for (int i = 0; i < few * DotTile.MANY; i += LaneSums.COUNT) {
      LaneSums.of(sums + i * (int) Lanes.BYTES, sums + i * Float.BYTES);
    }
    return sums;
  }

  private static void toTile(
      int rows, int first, int columns, int few, int sums, MemorySegment tile) {
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        long to = row * MicroKernel.TILE_ROW_BYTES + (long) (first + column) * Float.BYTES;
        tile.set(ValueLayout.JAVA_FLOAT, to, LaneSums.get(sums, column * few + row));
      }
    }
  }

  /** Writes finished sums to where those of a column follow each other. */
  private void writeAcross(int row, int rows, int column, int columns, int few, int sums) {
    VectorMask<Float> mask = EIGHT.indexInRange(0, rows);
    for (int j = 0; j < columns; j++) {
      int from = (sums + j * few * Float.BYTES) & Panels.MEMORY_MASK;
      FloatVector v =
          FloatVector.fromMemorySegment(EIGHT, Panels.MEMORY, from, Lanes.ORDER)
              .add(epilogue.columnBias((long) column + j));
      if (epilogue.rowBias() != null) {
        long at = (epilogue.rowBiasOffset() + row) * Float.BYTES;
        v = v.add(FloatVector.fromMemorySegment(EIGHT, epilogue.rowBias(), at, Lanes.ORDER, mask));
      }
      if (epilogue.relu()) {
        v = v.max(0);
      }
      v.intoMemorySegment(c.data(), c.byteOffset(row, column + j), Lanes.ORDER, mask);
    }
  }

  private SlimKernels.Bundle columnBundle(int column, int count) {
    return new SlimKernels.Bundle(
        b.data(), b.byteOffset(0, column), b.columnStride() * Float.BYTES, count);
  }
}
