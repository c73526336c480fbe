package dev.espalier.tensor.cpu.vector;

/** The dense operand of a sparse product, in whatever form it is stored. */
interface PanelSource {
  /**
   * Writes the rows of one block of columns of the sparse matrix to the slot's panel, {@code pitch}
   * bytes apart: {@code vectors} vectors of each, from column {@code column} of the dense operand
   * on, zero where it ends.
   */
  void pack(int block, int column, int vectors, int pitch, int slot);
}
