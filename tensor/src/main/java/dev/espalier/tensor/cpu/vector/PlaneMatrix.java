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

  /** Does something with each stretch of pixels that lie in one image. */
  private interface Stretch {
    void accept(long planeOffset, int done, int count);
  }

  private void forEachStretch(int pixel, int pixels, int channel, Stretch body) {
    int size = planes.size();
    for (int done = 0; done < pixels; ) {
      int at = firstPixel + pixel + done;
      int count = Math.min(pixels - done, size - at % size);
      long offset = planes.byteOffset(at / size, channel) + at % size * (long) Float.BYTES;
      body.accept(offset, done, count);
      done += count;
    }
  }

  /** Depth runs over channels, columns over pixels. */
  ColumnSource pixelColumns() {
    return (column, columns, width, k0, depth, scratch, at) -> {
      long planeBytes = planes.size() * (long) Float.BYTES;
      forEachStretch(
          column,
          columns,
          k0,
          (offset, done, count) -> copyColumns(offset, planeBytes, at, width, done, depth, count));
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
      forEachStretch(
          k0,
          depth,
          column,
          (offset, done, count) ->
              Packing.transpose(
                  planes.data(),
                  offset,
                  planeBytes,
                  Panels.MEMORY,
                  at + done * rowBytes,
                  rowBytes,
                  columns,
                  count));
    };
  }

  /** Rows are channels, depth runs over pixels. */
  RowSource channelRows() {
    return (row, rows, tileRows, k0, depth, scratch) -> {
      float[] panel = scratch.rowPanel;
      for (int i = 0; i < rows; i++) {
        int to = i * MicroKernel.DEPTH;
        forEachStretch(
            k0,
            depth,
            row + i,
            (offset, done, count) ->
                MemorySegment.copy(
                    planes.data(), ValueLayout.JAVA_FLOAT, offset, panel, to + done, count));
      }
      for (int i = rows; i < tileRows; i++) {
        Arrays.fill(panel, i * MicroKernel.DEPTH, i * MicroKernel.DEPTH + depth, 0);
      }
    };
  }
}
