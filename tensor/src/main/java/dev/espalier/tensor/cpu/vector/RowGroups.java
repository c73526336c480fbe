package dev.espalier.tensor.cpu.vector;

import java.util.Arrays;

/**
 * Rows of a sparse matrix that share their columns, {@code height} at a time, and their entries
 * block of columns by block of columns.
 *
 * @param rows the first row of each group, ascending
 * @param starts where the entries of group g in block b start, at {@code b rows.length + g}; one
 *     more at the end
 * @param places of the entries' columns in the panel, in bytes
 * @param order for each entry the position of its first row's value; null if that is p
 * @param stride from there to the values of the other rows
 */
record RowGroups(int height, int[] rows, int[] starts, int[] places, int[] order, int stride) {
  /** Where the starts of block {@code block} begin. */
  int base(int block) {
    return block * rows.length;
  }

  /** The first group that begins in this row or behind it. */
  int groupAt(int row) {
    int at = Arrays.binarySearch(rows, row);
    return at < 0 ? -at - 1 : at;
  }

  int entries() {
    return places.length;
  }
}
