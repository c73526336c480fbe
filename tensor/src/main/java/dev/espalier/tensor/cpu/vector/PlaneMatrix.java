package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * A batch of planes as the matrix [channel, pixel of any image], in the three places that products
 * need it in.
 *
 * <p>Pixels are counted through the images, from {@code firstPixel} on.
 */
record PlaneMatrix(Planes planes, int firstPixel) {

  /** How many of some pixels, from {@code pixel} on, lie in one image. */
  private int stretch(int pixel, int pixels) {
    int size = planes.size();
    return Math.min(pixels, size - (firstPixel + pixel) % size);
  }

  /** Byte offset of a pixel of a channel. */
  private long offset(int pixel, int channel) {
    int size = planes.size();
    int at = firstPixel + pixel;
    return planes.byteOffset(at / size, channel) + at % size * (long) Float.BYTES;
  }

  /** Depth runs over channels, columns over pixels. */
  ColumnSource pixelColumns() {
    return (column, columns, width, k0, depth, scratch, at) -> {
      long planeBytes = planes.size() * (long) Float.BYTES;
      for (int done = 0, count; done < columns; done += count) {
        count = stretch(column + done, columns - done);
        copyColumns(offset(column + done, k0), planeBytes, at, width, done, depth, count);
      }
    };
  }

  private void copyColumns(
      long from, long pitch, long at, int width, int done, int depth, int count) {
    MemorySegment panels = Panels.MEMORY;
    if (count == MicroKernel.COLUMNS) {
      Packing.copyWideRows(planes.data(), from, pitch, panels, at, depth);
    } else {
      long to = at + done * (long) Float.BYTES;
      long rowBytes = width * (long) Float.BYTES;
      Packing.copyRows(planes.data(), from, pitch, panels, to, rowBytes, depth, count);
    }
  }

  /** Depth runs over pixels, columns over channels. */
  ColumnSource channelColumns() {
    return (column, columns, width, k0, depth, scratch, at) -> {
      long planeBytes = planes.size() * (long) Float.BYTES;
      long rowBytes = width * (long) Float.BYTES;
      for (int done = 0, count; done < depth; done += count) {
        count = stretch(k0 + done, depth - done);
        Packing.transpose(
            planes.data(),
            offset(k0 + done, column),
            planeBytes,
            Panels.MEMORY,
            at + done * rowBytes,
            rowBytes,
            columns,
            count);
      }
    };
  }

  /** Rows are channels, depth runs over pixels. */
  RowSource channelRows() {
    return (row, rows, tileRows, k0, depth, slot, scratch) -> {
      float[] panel = RowPanels.FLOATS;
      int begin = RowPanels.begin(slot);
      for (int i = 0; i < rows; i++) {
        int to = begin + i * MicroKernel.DEPTH;
        for (int done = 0, count; done < depth; done += count) {
          count = stretch(k0 + done, depth - done);
          long from = offset(k0 + done, row + i);
          MemorySegment.copy(planes.data(), ValueLayout.JAVA_FLOAT, from, panel, to + done, count);
        }
      }
      for (int i = rows; i < tileRows; i++) {
        int at = begin + i * MicroKernel.DEPTH;
        Arrays.fill(panel, at, at + depth, 0);
      }
    };
  }
}
