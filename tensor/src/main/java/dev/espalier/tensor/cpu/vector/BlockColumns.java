package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The pattern of a sparse matrix as kernels walk it: rows of blocks, and for each row of blocks the
 * columns that its entries have in every one of its rows. A CSR matrix has blocks of one entry.
 *
 * @param rowOffsets where each block row starts, in blocks
 * @param columns {@code blockWidth} columns per block
 * @param width columns of the matrix
 * @param plans for each number of vectors, as far as known
 * @param sampledPlans those of sampled products
 */
record BlockColumns(
    int[] rowOffsets,
    int[] columns,
    int blockHeight,
    int blockWidth,
    int width,
    AtomicReferenceArray<PanelPlan> plans,
    AtomicReferenceArray<PanelPlan> sampledPlans) {
  private BlockColumns(
      int[] rowOffsets, int[] columns, int blockHeight, int blockWidth, int width) {
    this(
        rowOffsets,
        columns,
        blockHeight,
        blockWidth,
        width,
        new AtomicReferenceArray<>(EntryLoop.MOST_VECTORS + 1),
        new AtomicReferenceArray<>(DotLoop.MOST_VECTORS + 1));
  }

  /** The pattern as kernels walk it, made once. */
  static BlockColumns of(SparsePattern pattern) {
    BlockColumns known = pattern.derived().find(BlockColumns.class);
    return known == null ? pattern.derived().get(BlockColumns.class, () -> make(pattern)) : known;
  }

  private static BlockColumns make(SparsePattern pattern) {
    return switch (pattern) {
      case CsrPattern csr -> ofRows(csr.rowOffsets(), csr.columnIndices(), csr.columns());
      case BsrPattern bsr -> expand(bsr);
      case NmPattern nm -> expand(nm);
    };
  }

  /** A matrix in CSR form; the arrays are kept. */
  static BlockColumns ofRows(int[] rowOffsets, int[] columns, int width) {
    return new BlockColumns(rowOffsets, columns, 1, 1, width);
  }

  private static BlockColumns expand(BsrPattern pattern) {
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

  /** Every stored column is a block of the rows that share it. */
  private static BlockColumns expand(NmPattern pattern) {
    CsrPattern shared = pattern.shared();
    int height = pattern.structure().rows();
    return height == 1
        ? of(shared)
        : new BlockColumns(
            shared.rowOffsets(), shared.columnIndices(), height, 1, pattern.columns());
  }

  /** The same blocks in other columns of a matrix of another width; the array is kept. */
  BlockColumns withColumns(int[] others, int otherWidth) {
    return new BlockColumns(rowOffsets, others, blockHeight, blockWidth, otherWidth);
  }

  /** The plan of a product with {@code n} columns, made once. */
  PanelPlan plan(int n) {
    int vectors = Math.min(EntryLoop.MOST_VECTORS, Math.ceilDiv(n, Lanes.COUNT));
    PanelPlan known = plans.get(vectors);
    if (known == null) {
      known = PanelPlan.of(this, vectors);
      plans.set(vectors, known);
    }
    return known;
  }

  /** The plan of a sampled product with {@code n} columns, made once. */
  PanelPlan sampledPlan(int n) {
    int vectors = DotGroupLoop.vectors(blockHeight, n);
    PanelPlan known = sampledPlans.get(vectors);
    if (known == null) {
      known = PanelPlan.sampled(this, vectors);
      sampledPlans.set(vectors, known);
    }
    return known;
  }

  int blockRows() {
    return rowOffsets.length - 1;
  }

  /** Stored entries in block rows {@code [begin, end)}. */
  long entries(int begin, int end) {
    return (long) (rowOffsets[end] - rowOffsets[begin]) * blockHeight * blockWidth;
  }
}
