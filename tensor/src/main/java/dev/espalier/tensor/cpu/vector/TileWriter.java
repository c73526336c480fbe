package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Merges finished register tiles into the output and applies the epilogue. */
final class TileWriter {
  private final OutputMap c;
  private final TileEpilogue epilogue;

  TileWriter(OutputMap c, TileEpilogue epilogue) {
    this.c = c;
    this.epilogue = epilogue;
  }

  /** Whether whole vectors of these columns go where they go as they are. */
  boolean isPlain(int column, int columns, boolean last) {
    return c.columnStride() == 1 && c.run(column) >= columns && (!last || epilogue.isNone());
  }

  /**
   * {@code c = tile} or {@code c += tile} over {@code rows} × {@code columns} elements from (row,
   * column) on.
   *
   * @param last whether these elements are complete now, so that the epilogue is due
   */
  void write(
      MemorySegment tile,
      int row,
      int rows,
      int column,
      int columns,
      boolean accumulate,
      boolean last) {
    write(tile, MicroKernel.TILE_ROW_BYTES, row, rows, column, columns, accumulate, last);
  }

  /** As {@link #write} for a tile whose rows are {@code pitch} bytes apart. */
  void write(
      MemorySegment tile,
      long pitch,
      int row,
      int rows,
      int column,
      int columns,
      boolean accumulate,
      boolean last) {
    TileEpilogue finish = last ? epilogue : TileEpilogue.NONE;
    for (int start = 0; start < columns; ) {
      int run = Math.min(columns - start, c.run(column + start));
      long from = start * (long) Float.BYTES;
      long to = c.byteOffset(row, column + start);
      for (int i = 0; i < rows; i++) {
        writeRun(tile, from, row + i, column + start, run, to, accumulate, finish);
        from += pitch;
        to += c.rowStride() * Float.BYTES;
      }
      start += run;
    }
  }

  private void writeRun(
      MemorySegment tile,
      long from,
      int row,
      int column,
      int count,
      long to,
      boolean accumulate,
      TileEpilogue finish) {
    int whole = c.columnStride() == 1 ? count - count % Lanes.COUNT : 0;
    int end = whole > 0 && !accumulate ? whole : count;
    // the last vector begins earlier and is written first: its first lanes are written again, with
    // the same
    int first = end < count ? -Lanes.COUNT : 0;
    writeVectors(tile, from, row, column, count, first, whole, to, accumulate, finish);
    long step = c.columnStride() * Float.BYTES;
    for (int j = whole; j < end; j++) {
      float value = tile.get(ValueLayout.JAVA_FLOAT, from + j * (long) Float.BYTES);
      if (accumulate) {
        value += c.data().get(ValueLayout.JAVA_FLOAT, to + j * step);
      }
      c.data().set(ValueLayout.JAVA_FLOAT, to + j * step, finish.apply(value, row, column + j));
    }
  }

  /**
   * Writes whole vectors from {@code first} on; a negative place stands for the last of the run.
   * Every vector operation stands here, as a method that gives a vector may box each of them.
   */
  private void writeVectors(
      MemorySegment tile,
      long from,
      int row,
      int column,
      int count,
      int first,
      int end,
      long to,
      boolean accumulate,
      TileEpilogue finish) {
    MemorySegment data = c.data();
    MemorySegment columnBias = finish.columnBias();
    long biases = (finish.columnBiasOffset() + column) * Float.BYTES;
    boolean hasRowBias = finish.rowBias() != null;
    FloatVector rowBias = FloatVector.broadcast(Lanes.FLOATS, finish.rowBias(row));
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    for (int step = first; step < end; step += Lanes.COUNT) {
      int j = step < 0 ? count - Lanes.COUNT : step;
      long shift = j * (long) Float.BYTES;
      FloatVector v = FloatVector.fromMemorySegment(Lanes.FLOATS, tile, from + shift, Lanes.ORDER);
      if (accumulate) {
        v = v.add(FloatVector.fromMemorySegment(Lanes.FLOATS, data, to + shift, Lanes.ORDER));
      }
      if (hasRowBias) {
        v = v.add(rowBias);
      }
      if (columnBias != null) {
        v =
            v.add(
                FloatVector.fromMemorySegment(
                    Lanes.FLOATS, columnBias, biases + shift, Lanes.ORDER));
      }
      if (finish.relu()) {
        v = v.max(zero);
      }
      v.intoMemorySegment(data, to + shift, Lanes.ORDER);
    }
  }

  /** {@code c *= beta} over a block, before anything is accumulated into it. */
  void scale(float beta, int rowBegin, int rowEnd, int columnBegin, int columnEnd) {
    for (int row = rowBegin; row < rowEnd; row++) {
      for (int column = columnBegin; column < columnEnd; column++) {
        long at = c.byteOffset(row, column);
        c.data().set(ValueLayout.JAVA_FLOAT, at, beta * c.data().get(ValueLayout.JAVA_FLOAT, at));
      }
    }
  }
}
