package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;

/** Where the rows of a sparse product go, and what they begin and end with. */
interface ProductSink {
  /** Whether the loops may leave whole vectors of these columns in the result themselves. */
  boolean isDirect(int column, int width);

  MemorySegment segment();

  /** Where an element of a direct result lies, in bytes. */
  long offset(int row, int column);

  /** From row to row of a direct result, in bytes. */
  long pitch();

  /** Whether the ReLU is the loops' to apply, since nothing is added behind them. */
  boolean isClampedInLoop();

  /** One bias per row. */
  float[] rowBias();

  /** Writes what rows start from, the biases of these columns or zeros, to the slot's header. */
  void columnBias(int column, int width, int vectors, int slot);

  /**
   * Takes in rows as the loops left them in a tile, biases included, at (row, column).
   *
   * @param shift of the first row in the tile, in bytes
   */
  void store(
      MemorySegment tile, long shift, long tilePitch, int row, int rows, int column, int columns);
}
