package dev.espalier.cuda.ops;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.Arrays;

/**
 * A sparse matrix as the kernels see it: rows of blocks, each with a run of stored columns.
 *
 * <p>A CSR matrix has blocks of one element; N:M has blocks of the rows that share positions, one
 * column wide. Values lie block by block in the order of the columns, each block row-major.
 *
 * @param rows rows of blocks
 * @param blockHeight rows of a block
 * @param blockWidth columns of a block
 * @param offsets for each row of blocks where its stored columns begin, and the end of the last
 * @param columns the matrix column of each stored column
 */
public record StoredRows(int rows, int blockHeight, int blockWidth, int[] offsets, int[] columns) {

  public static StoredRows of(SparsePattern pattern) {
    return switch (pattern) {
      case CsrPattern csr ->
          new StoredRows(csr.rows(), 1, 1, csr.rowOffsets(), csr.columnIndices());
      case BsrPattern bsr -> ofBlocks(bsr);
      case NmPattern nm ->
          new StoredRows(
              nm.shared().rows(),
              nm.structure().rows(),
              1,
              nm.shared().rowOffsets(),
              nm.shared().columnIndices());
    };
  }

  private static StoredRows ofBlocks(BsrPattern bsr) {
    if (bsr.blockHeight() == 1) {
      return of(bsr.elements()); // stored in the same order
    }
    int width = bsr.blockWidth();
    int[] offsets = bsr.blocks().rowOffsets().clone();
    Arrays.setAll(offsets, row -> offsets[row] * width);
    int[] blocks = bsr.blocks().columnIndices();
    int[] columns = new int[blocks.length * width];
    Arrays.setAll(columns, i -> blocks[i / width] * width + i % width);
    return new StoredRows(bsr.blocks().rows(), bsr.blockHeight(), width, offsets, columns);
  }

  /** Stored values. */
  int values() {
    return columns.length * blockHeight;
  }

  /** The shape of values of single elements. */
  Shape valuesShape() {
    return Shape.of(values());
  }

  /** Whether blocks are single elements. */
  boolean isScalar() {
    return blockHeight == 1 && blockWidth == 1;
  }
}
