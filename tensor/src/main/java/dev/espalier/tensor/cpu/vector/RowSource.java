package dev.espalier.tensor.cpu.vector;

/** The left operand of a {@link TiledProduct}, in whatever form it is stored. */
interface RowSource {
  /**
   * Whole tiles of rows that {@link #prepare} should be given at a time; it may get up to twice as
   * many.
   */
  default int chunkRows() {
    return Integer.MAX_VALUE;
  }

  /** Gets ready for any calls of {@link #pack} within these rows and this range of depth. */
  default void prepare(int row, int rows, int k0, int depth, Scratch scratch) {}

  /**
   * Writes rows {@code row .. row + rows - 1} over depth {@code k0 .. k0 + depth - 1} to the slot's
   * place in {@link RowPanels}, {@link MicroKernel#DEPTH} apart, and zero rows up to {@code
   * tileRows}.
   */
  void pack(int row, int rows, int tileRows, int k0, int depth, int slot, Scratch scratch);
}
