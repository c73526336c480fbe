package dev.espalier.tensor.cpu.vector;

import java.util.Arrays;

/**
 * Entries of a few rows of a packed weight, in the form that {@link EntryLoop} takes them in, and
 * how far each row of a task has been unpacked: a thread's own, for its next product too.
 */
final class UnpackedRows {
  /** Rows that are unpacked together, into what the first-level cache holds. */
  static final int ROWS = 8;

  private static final ThreadLocal<UnpackedRows> OWN = ThreadLocal.withInitial(UnpackedRows::new);

  /** Rows one after the other, as many as were unpacked last. */
  final long[] entries = new long[ROWS * PackedProduct.STRETCH];

  private final int[] starts = new int[ROWS + 1];
  private final int[] rows = new int[ROWS];
  final RowGroups groups = new RowGroups(1, rows, starts, null, null, 1);

  private int[] positions = {};

  private UnpackedRows() {}

  static UnpackedRows own() {
    return OWN.get();
  }

  /** The offsets of rows {@code [begin, end)}, to be moved on as the rows are unpacked. */
  int[] positions(int[] rowOffsets, int begin, int end) {
    int count = end - begin;
    if (positions.length < count) {
      positions = Arrays.copyOf(positions, Math.max(count, 2 * positions.length));
    }
    System.arraycopy(rowOffsets, begin, positions, 0, count);
    return positions;
  }

  /** Where the entries of the {@code index}th row begin. */
  int begin(int index) {
    return starts[index];
  }

  /** Says which row the {@code index}th is, and how many entries it has. */
  void set(int index, int row, int count) {
    rows[index] = row;
    starts[index + 1] = starts[index] + count;
  }
}
