package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;

/**
 * The pattern of a sparse matrix as kernels walk it: rows of blocks, and for each row of blocks the
 * columns that its entries have in every one of its rows. A CSR matrix has blocks of one entry.
 *
 * @param rowOffsets where each block row starts, in blocks
 * @param columns {@code blockWidth} columns per block
 * @param width columns of the matrix
 */
record BlockColumns(int[] rowOffsets, int[] columns, int blockHeight, int blockWidth, int width) {
  static BlockColumns of(CsrPattern pattern) {
    return new BlockColumns(pattern.rowOffsets(), pattern.columnIndices(), 1, 1, pattern.columns());
  }

  static BlockColumns of(BsrPattern pattern) {
    int[] blocks = pattern.blocks().columnIndices();
    int blockWidth = pattern.blockWidth();
    int[] columns = new int[Math.multiplyExact(blocks.length, blockWidth)];
    for (int block = 0, at = 0; block < blocks.length; block++) {
      for (int j = 0; j < blockWidth; j++) {
        columns[at++] = blocks[block] * blockWidth + j;
      }
    }
    return new BlockColumns(
        pattern.blocks().rowOffsets(),
        columns,
        pattern.blockHeight(),
        blockWidth,
        pattern.columns());
  }

  int blockRows() {
    return rowOffsets.length - 1;
  }

  /** Stored entries in block rows {@code [begin, end)}. */
  long entries(int begin, int end) {
    return (long) (rowOffsets[end] - rowOffsets[begin]) * blockHeight * blockWidth;
  }
}
