package dev.espalier.cuda.ops;

/** The order in which a product takes the rows of a sparse matrix. */
final class RowOrder {
  private RowOrder() {}

  /**
   * The rows by descending length, rows of one length in their own order: the longest start first,
   * so that none is left over at the end, and neighbours in a warp end together.
   *
   * @param offsets where each row begins, and the end of the last
   */
  static int[] byDescendingLength(int[] offsets) {
    int rows = offsets.length - 1;
    int longest = 0;
    for (int row = 0; row < rows; row++) {
      longest = Math.max(longest, offsets[row + 1] - offsets[row]);
    }
    int[] next = new int[longest + 2];
    for (int row = 0; row < rows; row++) {
      next[longest - (offsets[row + 1] - offsets[row]) + 1]++;
    }
    for (int rank = 1; rank < next.length; rank++) {
      next[rank] += next[rank - 1];
    }
    int[] order = new int[rows];
    for (int row = 0; row < rows; row++) {
      order[next[longest - (offsets[row + 1] - offsets[row])]++] = row;
    }
    return order;
  }
}
