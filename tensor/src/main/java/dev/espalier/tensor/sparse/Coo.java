package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;

/**
 * Coordinates: row and column of every entry, in row-major order, each position at most once.
 *
 * <pre>
 * 3×4:  . a . b        rowIndices    0 0 2 2
 *       . . . .        columnIndices 1 3 0 2
 *       c . d .        values        a b c d
 * </pre>
 *
 * The format of exchange with other systems; kernels take {@link Csr} and {@link Bsr}.
 */
public final class Coo implements SparseTensor {
  private final Shape shape;
  private final int[] rowIndices;
  private final int[] columnIndices;
  private final Tensor values;

  /** Keeps the arrays, which the caller knows to be valid and sorted. */
  Coo(Shape shape, int[] rowIndices, int[] columnIndices, Tensor values) {
    Tiling view = Tiling.elements(shape);
    Entries.check("coo", shape, view.rows(), view.columns(), values, Shape.of(rowIndices.length));
    this.shape = shape;
    this.rowIndices = rowIndices;
    this.columnIndices = columnIndices;
    this.values = values;
  }

  /**
   * Entries in any order.
   *
   * @param shape shape of the dense tensor; the indices are those of its matrix view
   * @param rowIndices row of each entry (copied)
   * @param columnIndices column of each entry (copied)
   * @param values value of each entry; taken over, and replaced by a sorted copy if the entries are
   *     not sorted
   * @throws IllegalArgumentException naming the first entry that is out of range or appears twice
   */
  public static Coo of(Shape shape, int[] rowIndices, int[] columnIndices, Tensor values) {
    Tiling view = Tiling.elements(shape);
    if (rowIndices.length != columnIndices.length || rowIndices.length != values.size()) {
      throw new IllegalArgumentException(
          "coo: %d row indices, %d column indices and %d values must be equally many"
              .formatted(rowIndices.length, columnIndices.length, values.size()));
    }
    for (int p = 0; p < rowIndices.length; p++) {
      int row = rowIndices[p];
      int column = columnIndices[p];
      if (row < 0 || row >= view.rows() || column < 0 || column >= view.columns()) {
        throw new IllegalArgumentException(
            "coo: entry %d at (%d, %d) lies outside the %d×%d matrix of shape %s"
                .formatted(p, row, column, view.rows(), view.columns(), shape));
      }
    }
    int[] order = order(rowIndices, columnIndices, view.columns());
    int[] rows = Arrays.stream(order).map(p -> rowIndices[p]).toArray();
    int[] columns = Arrays.stream(order).map(p -> columnIndices[p]).toArray();
    if (Arrays.equals(rows, rowIndices) && Arrays.equals(columns, columnIndices)) {
      return new Coo(shape, rows, columns, values);
    }
    Coo sorted = new Coo(shape, rows, columns, Entries.gather(values, order));
    values.close();
    return sorted;
  }

  /** The entries in row-major order; refuses two at one place. */
  private static int[] order(int[] rows, int[] columns, int width) {
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
            "coo: entries %d and %d are both at (%d, %d); sum or drop duplicates first"
                .formatted(order[at], p, rows[p], columns[p]));
      }
      order[at] = p;
    }
    return order;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /** The row of each entry, ascending; shared, not to be written. */
  public int[] rowIndices() {
    return rowIndices;
  }

  /** The column of each entry, ascending within a row; shared, not to be written. */
  public int[] columnIndices() {
    return columnIndices;
  }

  @Override
  public Tensor values() {
    return values;
  }

  @Override
  public Tensor dense() {
    try (Csr csr = toCsr()) {
      return csr.dense();
    }
  }

  @Override
  public Coo toCoo() {
    return withValues(values.alias());
  }

  @Override
  public Csr toCsr() {
    Tiling view = Tiling.elements(shape);
    int[] offsets = new int[view.rows() + 1];
    for (int row : rowIndices) {
      offsets[row + 1]++;
    }
    for (int row = 0; row < view.rows(); row++) {
      offsets[row + 1] += offsets[row];
    }
    CsrPattern pattern = CsrPattern.owning(view.rows(), view.columns(), offsets, columnIndices);
    return new Csr(shape, pattern, values.alias());
  }

  @Override
  public Bsr toBsr(int blockHeight, int blockWidth) {
    try (Csr csr = toCsr()) {
      return csr.toBsr(blockHeight, blockWidth);
    }
  }

  @Override
  public Coo transpose() {
    try (Csr csr = toCsr();
        Csr transposed = csr.transpose()) {
      return transposed.toCoo();
    }
  }

  @Override
  public Coo withValues(Tensor other) {
    return new Coo(shape, rowIndices, columnIndices, other);
  }

  @Override
  public boolean samePattern(SparseTensor other) {
    return other instanceof Coo that
        && shape.equals(that.shape)
        && Arrays.equals(rowIndices, that.rowIndices)
        && Arrays.equals(columnIndices, that.columnIndices);
  }

  @Override
  public String toString() {
    return "Coo(%s, %s, nnz %d)".formatted(dtype(), shape, nnz());
  }
}
