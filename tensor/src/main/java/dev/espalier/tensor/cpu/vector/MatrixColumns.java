package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A strided matrix as the right operand of a product. */
record MatrixColumns(MatrixView b) implements ColumnSource {

  @Override
  public void pack(
      int column, int columns, int width, int k0, int depth, Scratch scratch, long at) {
    MemorySegment panels = Panels.MEMORY;
    long pitch = width * (long) Float.BYTES;
    if (columns < width) {
      VectorFill.floats(panels, at, depth * (long) width, 0);
    }
    long from = b.byteOffset(k0, column);
    if (b.columnStride() == 1) {
      long rowBytes = b.rowStride() * Float.BYTES;
      if (columns == MicroKernel.COLUMNS) {
        Packing.copyWideRows(b.data(), from, rowBytes, panels, at, depth);
      } else {
        Packing.copyRows(b.data(), from, rowBytes, panels, at, pitch, depth, columns);
      }
    } else if (b.rowStride() == 1) {
      long columnBytes = b.columnStride() * Float.BYTES;
      Packing.transpose(b.data(), from, columnBytes, panels, at, pitch, columns, depth);
    } else {
      packStrided(column, columns, k0, depth, panels, at, pitch);
    }
  }

  private void packStrided(
      int column, int columns, int k0, int depth, MemorySegment panels, long at, long pitch) {
    for (int k = 0; k < depth; k++) {
      for (int j = 0; j < columns; j++) {
        float value = b.data().get(ValueLayout.JAVA_FLOAT, b.byteOffset(k0 + k, column + j));
        panels.set(ValueLayout.JAVA_FLOAT, at + k * pitch + j * (long) Float.BYTES, value);
      }
    }
  }
}
