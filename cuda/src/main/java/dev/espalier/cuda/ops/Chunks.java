package dev.espalier.cuda.ops;

/**
 * The stored columns of each row cut into runs of limited length, the units of work of sampled
 * products.
 *
 * @param row the row of each chunk
 * @param first the chunk's first stored column
 */
record Chunks(int[] row, int[] first) {

  /** Chunks of at most {@code length} stored columns. */
  static Chunks of(int[] offsets, int length) {
    int rows = offsets.length - 1;
    int count = 0;
    for (int r = 0; r < rows; r++) {
      count += Math.ceilDiv(offsets[r + 1] - offsets[r], length);
    }
    int[] row = new int[count];
    int[] first = new int[count];
    int at = 0;
    for (int r = 0; r < rows; r++) {
      for (int p = offsets[r]; p < offsets[r + 1]; p += length) {
        row[at] = r;
        first[at++] = p;
      }
    }
    return new Chunks(row, first);
  }

  int count() {
    return row.length;
  }
}
