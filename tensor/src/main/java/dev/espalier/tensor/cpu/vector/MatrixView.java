package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * A float32 matrix in off-heap memory: element (i, j) is float number {@code offset + i rowStride +
 * j columnStride} of {@code data}.
 *
 * @param offset in elements, not bytes
 */
public record MatrixView(MemorySegment data, long offset, long rowStride, long columnStride) {

  /** A view of rows that follow each other without a gap. */
  public static MatrixView rowMajor(MemorySegment data, long offset, long columns) {
    return new MatrixView(data, offset, columns, 1);
  }

  public MatrixView transposed() {
    return new MatrixView(data, offset, columnStride, rowStride);
  }

  MatrixView shifted(long elements) {
    return new MatrixView(data, offset + elements, rowStride, columnStride);
  }

  long byteOffset(long row, long column) {
    return (offset + row * rowStride + column * columnStride) * Float.BYTES;
  }
}
