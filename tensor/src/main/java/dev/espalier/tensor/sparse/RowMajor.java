package dev.espalier.tensor.sparse;

import java.util.Arrays;

/** Sorting of coordinates into row-major order, and the row offsets that follow from it. */
final class RowMajor {
  private RowMajor() {}

  /** The entries in row-major order; refuses two at one place. */
  static int[] order(String operation, int[] rows, int[] columns, int width) {
    long[] flat = new long[rows.length];
    Arrays.setAll(flat, p -> (long) rows[p] * width + columns[p]);
    long[] sorted = flat.clone();
    Arrays.sort(sorted);
    int[] order = new int[flat.length];
    Arrays.fill(order, -1);
    for (int p = 0; p < flat.length; p++) {
      int at = Arrays.binarySearch(sorted, flat[p]);
      if (order[at] >= 0) {
        throw new IllegalArgumentException(
            "%s: entries %d and %d are both at (%d, %d); sum or drop duplicates first"
                .formatted(operation, order[at], p, rows[p], columns[p]));
      }
      order[at] = p;
    }
    return order;
  }

  static boolean isIdentity(int[] order) {
    for (int i = 0; i < order.length; i++) {
      if (order[i] != i) {
        return false;
      }
    }
    return true;
  }

  /** {@code positions[order[p]]} for every p. */
  static int[] compose(int[] positions, int[] order) {
    return Arrays.stream(order).map(p -> positions[p]).toArray();
  }

  /** Where each of {@code count} rows starts, given the row of every entry. */
  static int[] offsets(int[] rowOfEntry, int count) {
    int[] offsets = new int[count + 1];
    for (int row : rowOfEntry) {
      offsets[row + 1]++;
    }
    for (int row = 0; row < count; row++) {
      offsets[row + 1] += offsets[row];
    }
    return offsets;
  }
}
