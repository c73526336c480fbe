package dev.espalier.tensor.cpu.vector;

/**
 * Cuts the rows of a sparse matrix into blocks of about equal work; the cuts depend on the pattern
 * alone.
 */
final class RowBlocks {
  /** What a row costs beside its entries, in entries. */
  private static final long ROW_COST = 4;

  private RowBlocks() {}

  /** The first row of block {@code block} of {@code blocks}; the number of rows behind the last. */
  static int first(int[] rowOffsets, int block, int blocks) {
    int rows = rowOffsets.length - 1;
    return block == blocks ? rows : rowAt(rowOffsets, cost(rowOffsets, rows) * block / blocks);
  }

  private static long cost(int[] rowOffsets, int row) {
    return rowOffsets[row] + ROW_COST * row;
  }

  /** The first row before which at least {@code cost} lies. */
  private static int rowAt(int[] rowOffsets, long cost) {
    int low = 0;
    int high = rowOffsets.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cost(rowOffsets, middle) < cost) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
