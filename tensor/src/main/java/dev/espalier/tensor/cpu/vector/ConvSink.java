package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** The images of a convolution's result: rows are channels, columns the pixels of the batch. */
record ConvSink(OutputMap map, float[] rowBias, boolean relu) implements ProductSink {
  @Override
  public boolean isDirect(int column, int width) {
    return map.columnStride() == 1 && map.run(column) >= width;
  }

  @Override
  public MemorySegment segment() {
    return map.data();
  }

  @Override
  public long offset(int row, int column) {
    return map.byteOffset(row, column);
  }

  @Override
  public long pitch() {
    return map.rowStride() * Float.BYTES;
  }

  @Override
  public boolean isClampedInLoop() {
    return relu;
  }

  @Override
  public void columnBias(int column, int width, int vectors, int slot) {
    VectorFill.floats(Panels.MEMORY, Panels.header(slot), (long) vectors * Lanes.COUNT, 0);
  }

  @Override
  public void store(
      MemorySegment tile, long shift, long tilePitch, int row, int rows, int column, int columns) {
    for (int start = 0; start < columns; ) {
      int run = Math.min(columns - start, map.run(column + start));
      long from = shift + (long) start * Float.BYTES;
      long to = map.byteOffset(row, column + start);
      if (map.columnStride() == 1) {
        PanelCopy.exactRows(tile, from, tilePitch, map.data(), to, pitch(), rows, run);
      } else {
        for (int i = 0; i < rows; i++) {
          long at = from + i * tilePitch;
          Packing.copyStrided(tile, at, 1, map.data(), to + i * pitch(), map.columnStride(), run);
        }
      }
      start += run;
    }
  }
}
