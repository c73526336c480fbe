package dev.espalier.tensor.cpu.vector;

/** The dense operand of a sparse product, in whatever form it is stored. */
interface PanelSource {
  /** Panels for which {@link #prepare} should be called together. */
  default int panelsTogether() {
    return 1;
  }

  /** Gets ready for any calls of {@link #pack} within this block and these columns. */
  default void prepare(int block, int column, int columns, Scratch scratch) {}

  /**
   * Writes the rows of one block of columns of the sparse matrix to the slot's panel, {@code pitch}
   * bytes apart: {@code vectors} vectors of each, from column {@code column} of the dense operand
   * on, and anything where it ends.
   */
  void pack(int block, int column, int vectors, int pitch, int slot, Scratch scratch);
}
