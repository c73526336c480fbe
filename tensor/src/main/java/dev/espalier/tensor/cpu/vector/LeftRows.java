package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;

/**
 * The left operand of a sampled product: the channels of images as rows, the pixels of the batch as
 * columns. A matrix is one image of one line.
 */
record LeftRows(Planes planes, int channels) {
  /** Floats that are worth a task. */
  private static final int TASK_FLOATS = 64 * 1024;

  /**
   * Rows of whole vectors at a pitch; the offset is that of row 0, both in bytes. One of each
   * {@link Scratch}, set anew for every stretch.
   */
  static final class Rows {
    private MemorySegment data;
    private long offset;
    private long pitch;

    private void set(MemorySegment newData, long newOffset, long newPitch) {
      data = newData;
      offset = newOffset;
      pitch = newPitch;
    }

    MemorySegment data() {
      return data;
    }

    long offset() {
      return offset;
    }

    long pitch() {
      return pitch;
    }
  }

  static LeftRows matrix(MemorySegment a, int rows, int columns) {
    return new LeftRows(new Planes(a, 0, 1, 0, 1, columns), rows);
  }

  /**
   * The same rows where each is whole vectors: as they lie, or, where images are not whole vectors,
   * copied with zeros behind them.
   */
  LeftRows wholeVectors(GrowingBuffer buffer) {
    int size = planes.size();
    if (size % Lanes.COUNT == 0) {
      return this;
    }
    int columns = Math.multiplyExact(size, planes.images());
    int pitch = Math.ceilDiv(columns, Lanes.COUNT) * Lanes.COUNT;
    MemorySegment packed = buffer.floats((long) channels * pitch);
    int together = Math.max(1, TASK_FLOATS / pitch);
    Workers.run(
        Math.ceilDiv(channels, together),
        task -> {
          int begin = task * together;
          int end = Math.min(channels, begin + together);
          long pitchBytes = (long) pitch * Float.BYTES;
          copy(0, columns, begin, end, packed, begin * pitchBytes, pitchBytes);
          for (int row = begin; row < end; row++) {
            long behind = row * pitchBytes + (long) columns * Float.BYTES;
            VectorFill.floats(packed, behind, pitch - columns, 0);
          }
        });
    return matrix(packed, channels, pitch);
  }

  /**
   * Sets the scratch's rows to rows {@code [begin, end)} from {@code column} on, some vectors that
   * do not end the rows: as they lie if that is in one image, else copied.
   */
  Rows rows(int column, int vectors, int begin, int end, Scratch scratch) {
    Rows rows = scratch.leftRows;
    int size = planes.size();
    int width = vectors * Lanes.COUNT;
    int within = column % size;
    if (within + width <= size) {
      long offset = planes.byteOffset(column / size, 0) + (long) within * Float.BYTES;
      rows.set(planes.data(), offset, (long) size * Float.BYTES);
      return rows;
    }
    long pitch = vectors * Lanes.BYTES;
    MemorySegment packed = scratch.work.floats((end - begin) * pitch / Float.BYTES);
    copy(column, width, begin, end, packed, 0, pitch);
    rows.set(packed, -begin * pitch, pitch);
    return rows;
  }

  /** Copies columns of rows {@code [begin, end)}; pitch and place of the first in bytes. */
  private void copy(
      int column, int width, int begin, int end, MemorySegment target, long to, long pitch) {
    int size = planes.size();
    long plane = (long) size * Float.BYTES;
    for (int done = 0; done < width; ) {
      int at = column + done;
      int run = Math.min(width - done, size - at % size);
      long from = planes.byteOffset(at / size, begin) + (long) (at % size) * Float.BYTES;
      long place = to + (long) done * Float.BYTES;
      PanelCopy.exactRows(planes.data(), from, plane, target, place, pitch, end - begin, run);
      done += run;
    }
  }
}
