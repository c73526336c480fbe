package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.ConvGeometry;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The patches that a convolution multiplies with its weight, as a matrix that is never stored: row
 * (channel, tap), column (image, y, x) is the input at {@code (y strideH + tapRows[tap], x strideW
 * + tapColumns[tap])} of that channel, and zero outside the plane.
 *
 * <p>Each task copies the part of the input that it needs into {@link PatchBuffer}, with its
 * padding and split by stride phase, where every row of the matrix is a shifted copy of the same
 * lines.
 *
 * @param gridHeight output lines per image
 * @param gridWidth output pixels per line
 * @param firstPixel from which column on {@link #rowSource} and {@link #tapColumnSource} count
 *     their depth
 */
record Patches(
    Planes input,
    int[] tapRows,
    int[] tapColumns,
    int strideH,
    int strideW,
    int gridHeight,
    int gridWidth,
    int firstPixel) {
  /** Rows for which {@link #rowSource} holds the input at a time. */
  private static final int CHUNK_ROWS = 48 * MicroKernel.ROWS;

  /** The patches of a convolution's input that its outputs see. */
  static Patches forward(ConvGeometry g, Planes x, int firstPixel) {
    ConvTable table = ConvTable.of(g);
    return new Patches(
        x,
        table.tapRows(),
        table.tapColumns(),
        g.spec().strideH(),
        g.spec().strideW(),
        g.outHeight(),
        g.outWidth(),
        firstPixel);
  }

  /**
   * The patches of the output's gradient that the inputs of one stride phase see: with stride 1,
   * through the taps of {@link StridePhase#taps}.
   */
  static Patches backward(Planes dy, StridePhase phase) {
    return new Patches(
        dy, phase.tapRows(), phase.tapColumns(), 1, 1, phase.height(), phase.width(), 0);
  }

  int taps() {
    return tapRows.length;
  }

  /** Whether the patches are the input itself. */
  boolean isInput() {
    return taps() == 1
        && strideH == 1
        && strideW == 1
        && tapRows[0] == 0
        && tapColumns[0] == 0
        && gridHeight == input.height()
        && gridWidth == input.width();
  }

  /** The first {@code rows} rows as the dense operand of a sparse product. */
  PanelSource panels(int rows, int pixels, PanelPlan plan) {
    return isInput()
        ? new PlanePanels(input, rows, pixels, plan.blockColumns())
        : new PatchPanels(this, rows, pixels, plan.blockColumns(), plan.vectors());
  }

  /** Depth runs over (channel, tap), columns over pixels. */
  ColumnSource columnSource() {
    return new ColumnSource() {
      @Override
      public void prepare(int column, int columns, int k0, int depth, Scratch scratch) {
        scratch.patches.fill(Patches.this, k0, depth, column, columns);
      }

      @Override
      public void pack(
          int column, int columns, int width, int k0, int depth, Scratch scratch, long at) {
        long pitch = width * (long) Float.BYTES;
        scratch.patches.listPieces(column, columns);
        scratch.patches.packPanel(k0, depth, Panels.MEMORY, at, pitch);
      }
    };
  }

  /** Depth runs over pixels, columns over (channel, tap). */
  ColumnSource tapColumnSource() {
    return new ColumnSource() {
      @Override
      public void prepare(int column, int columns, int k0, int depth, Scratch scratch) {
        scratch.patches.fill(Patches.this, column, columns, firstPixel + k0, depth);
        scratch.patches.listPieces(firstPixel + k0, depth);
      }

      @Override
      public void pack(
          int column, int columns, int width, int k0, int depth, Scratch scratch, long at) {
        long rowBytes = Scratch.CHUNK_PITCH * (long) Float.BYTES;
        long pitch = width * (long) Float.BYTES;
        MemorySegment rows = scratch.rowChunk;
        scratch.patches.packPanel(column, columns, rows, 0, rowBytes);
        Packing.transpose(rows, 0, rowBytes, Panels.MEMORY, at, pitch, columns, depth);
      }
    };
  }

  /** Rows are (channel, tap), depth runs over pixels. */
  RowSource rowSource() {
    return new RowSource() {
      @Override
      public int chunkRows() {
        return CHUNK_ROWS;
      }

      @Override
      public void prepare(int row, int rows, int k0, int depth, Scratch scratch) {
        scratch.patches.fill(Patches.this, row, rows, firstPixel + k0, depth);
        scratch.patches.listPieces(firstPixel + k0, depth);
      }

      @Override
      public void pack(
          int row, int rows, int tileRows, int k0, int depth, int slot, Scratch scratch) {
        int begin = RowPanels.begin(slot);
        for (int i = 0; i < rows; i++) {
          scratch.patches.packRow(row + i, slot, i);
        }
        for (int i = rows; i < tileRows; i++) {
          int at = begin + i * MicroKernel.DEPTH;
          Arrays.fill(RowPanels.FLOATS, at, at + depth, 0);
        }
      }
    };
  }
}
