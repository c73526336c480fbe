package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** A strided matrix, times alpha, as the left operand of a product. */
record MatrixRows(MatrixView a, float alpha) implements RowSource {
  private static final long PITCH = Scratch.CHUNK_PITCH * (long) Float.BYTES;

  /** Rows that are transposed at a time: whole tiles, and whole cache lines of the source. */
  static final int CHUNK_ROWS = 8 * MicroKernel.ROWS;

  @Override
  public int chunkRows() {
    return isTransposed() ? CHUNK_ROWS : Integer.MAX_VALUE;
  }

  @Override
  public void prepare(int row, int rows, int k0, int depth, Scratch scratch) {
    if (isTransposed()) {
      long stride = a.columnStride() * Float.BYTES;
      MemorySegment target = scratch.rowChunk;
      Packing.transpose(a.data(), a.byteOffset(row, k0), stride, target, 0, PITCH, depth, rows);
      scratch.rowChunkBegin = row;
    }
  }

  @Override
  public void pack(int row, int rows, int tileRows, int k0, int depth, int slot, Scratch scratch) {
    if (depth == 0) {
      return; // the operand has no elements, and perhaps no memory, to read
    }
    float[] panel = RowPanels.FLOATS;
    int begin = RowPanels.begin(slot);
    for (int i = 0; i < rows; i++) {
      int at = begin + i * MicroKernel.DEPTH;
      if (a.columnStride() == 1) {
        copy(a.data(), a.byteOffset(row + i, k0), panel, at, depth);
      } else if (isTransposed()) {
        copy(scratch.rowChunk, (row + i - scratch.rowChunkBegin) * PITCH, panel, at, depth);
      } else {
        for (int k = 0; k < depth; k++) {
          panel[at + k] = a.data().get(ValueLayout.JAVA_FLOAT, a.byteOffset(row + i, k0 + k));
        }
      }
    }
    scale(begin, rows, depth);
    for (int i = rows; i < tileRows; i++) {
      int at = begin + i * MicroKernel.DEPTH;
      Arrays.fill(panel, at, at + depth, 0);
    }
  }

  private boolean isTransposed() {
    return a.rowStride() == 1 && a.columnStride() != 1;
  }

  private static void copy(MemorySegment from, long byteOffset, float[] to, int at, int count) {
    MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, byteOffset, to, at, count);
  }

  private void scale(int begin, int rows, int depth) {
    if (alpha == 1) {
      return;
    }
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < depth; k++) {
        RowPanels.FLOATS[begin + i * MicroKernel.DEPTH + k] *= alpha;
      }
    }
  }
}
