package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.ConvSpec;
import java.lang.foreign.MemorySegment;

/**
 * Where the elements of a product go: row i is {@code rowStride} further on, and its columns are
 * cut into lines, the lines into images.
 *
 * <p>A plain matrix is one line. The product of a convolution has a column per output pixel of the
 * batch, while the channels of one image lie together.
 *
 * @param offset in elements, as are all strides
 * @param lineLength columns per line
 * @param lines lines per image
 */
record OutputMap(
    MemorySegment data,
    long offset,
    long rowStride,
    int lineLength,
    long columnStride,
    int lines,
    long lineStride,
    long imageStride) {

  static OutputMap plain(MatrixView c, int columns) {
    return new OutputMap(
        c.data(), c.offset(), c.rowStride(), Math.max(columns, 1), c.columnStride(), 1, 0, 0);
  }

  /** Rows are channels, columns the pixels of all images. */
  static OutputMap planes(Planes p) {
    return new OutputMap(
        p.data(), p.offset(), p.size(), Math.max(p.size(), 1), 1, 1, 0, p.imageStride());
  }

  /** As {@link #planes} for the pixels of one stride phase. */
  static OutputMap phase(Planes p, StridePhase phase, ConvSpec spec) {
    if (spec.strideH() == 1 && spec.strideW() == 1) {
      return planes(p);
    }
    return new OutputMap(
        p.data(),
        p.offset() + (long) phase.top() * p.width() + phase.left(),
        p.size(),
        phase.width(),
        spec.strideW(),
        phase.height(),
        (long) spec.strideH() * p.width(),
        p.imageStride());
  }

  /** How many columns from {@code column} on lie in one line. */
  int run(int column) {
    return lineLength - column % lineLength;
  }

  long byteOffset(int row, int column) {
    int line = column / lineLength;
    long at =
        offset
            + row * rowStride
            + column % lineLength * columnStride
            + line % lines * lineStride
            + line / lines * imageStride;
    return at * Float.BYTES;
  }
}
