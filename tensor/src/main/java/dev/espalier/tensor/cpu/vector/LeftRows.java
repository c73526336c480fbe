package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/**
 * The left operand of a sampled product: the channels of images as rows, the pixels of the batch as
 * columns. A matrix is one image of one line.
 */
record LeftRows(Planes planes) {
  /** Rows of whole vectors at a pitch; the offset is that of row 0, both in bytes. */
  record Rows(MemorySegment data, long offset, long pitch) {}

  static LeftRows matrix(MemorySegment a, int columns) {
    return new LeftRows(new Planes(a, 0, 1, 0, 1, columns));
  }

  /**
   * Rows {@code [begin, end)} from {@code column} on, as they lie if {@code width} columns are
   * whole vectors of one image, else packed with zeros behind them.
   */
  Rows rows(int column, int width, int vectors, int begin, int end, GrowingBuffer buffer) {
    int size = planes.size();
    long plane = (long) size * Float.BYTES;
    int within = column % size;
    if (width == vectors * Lanes.COUNT && within + width <= size) {
      long offset = planes.byteOffset(column / size, 0) + (long) within * Float.BYTES;
      return new Rows(planes.data(), offset, plane);
    }
    long pitch = vectors * Lanes.BYTES;
    int height = end - begin;
    MemorySegment packed = buffer.floats(height * pitch / Float.BYTES);
    if (width < vectors * Lanes.COUNT) {
      VectorFill.floats(packed, 0, height * pitch / Float.BYTES, 0);
    }
    for (int done = 0; done < width; ) {
      int at = column + done;
      int run = Math.min(width - done, size - at % size);
      long from = planes.byteOffset(at / size, begin) + (long) (at % size) * Float.BYTES;
      Packing.copyRows(
          planes.data(), from, plane, packed, (long) done * Float.BYTES, pitch, height, run);
      done += run;
    }
    return new Rows(packed, -begin * pitch, pitch);
  }
}
