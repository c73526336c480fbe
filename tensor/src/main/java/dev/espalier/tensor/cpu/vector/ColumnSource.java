package dev.espalier.tensor.cpu.vector;

/** The right operand of a {@link TiledProduct}, in whatever form it is stored. */
interface ColumnSource {
  /** Gets ready for any calls of {@link #pack} within these columns and this range of depth. */
  default void prepare(int column, int columns, int k0, int depth, Scratch scratch) {}

  /**
   * Writes columns {@code column .. column + columns - 1} over depth {@code k0 .. k0 + depth - 1}
   * to {@link Panels#MEMORY} at byte {@code at}: per step of depth {@code width} floats, zero
   * beyond {@code columns}.
   */
  void pack(int column, int columns, int width, int k0, int depth, Scratch scratch, long at);
}
