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
 * The format of exchange with other systems; kernels take {@link Csr}, {@link Bsr} and {@link Nm}.
 */
public final class Coo implements SparseTensor {
  private final Shape shape;
  private final CsrPattern pattern;
  private final Tensor values;
  private final int[] rowIndices;

  Coo(Shape shape, CsrPattern pattern, Tensor values) {
    Entries.check("coo", shape, pattern, values);
    this.shape = shape;
    this.pattern = pattern;
    this.values = values;
    this.rowIndices = new int[pattern.nnz()];
    for (int row = 0; row < pattern.rows(); row++) {
      Arrays.fill(rowIndices, pattern.rowOffsets()[row], pattern.rowOffsets()[row + 1], row);
    }
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
    int[] order = RowMajor.order("coo", rowIndices, columnIndices, view.columns());
    CsrPattern pattern =
        CsrPattern.owning(
            view.rows(),
            view.columns(),
            RowMajor.offsets(rowIndices, view.rows()),
            RowMajor.compose(columnIndices, order));
    if (RowMajor.isIdentity(order)) {
      return new Coo(shape, pattern, values);
    }
    Coo sorted = new Coo(shape, pattern, Entries.gather(values, order, pattern.valuesShape()));
    values.close();
    return sorted;
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
    return pattern.columnIndices();
  }

  /** The same positions in compressed rows. */
  @Override
  public CsrPattern pattern() {
    return pattern;
  }

  @Override
  public Tensor values() {
    return values;
  }

  @Override
  public Tensor dense() {
    return Entries.scatter(values, pattern.flatPositions(), shape);
  }

  @Override
  public Coo toCoo() {
    return withValues(values.alias());
  }

  @Override
  public Csr toCsr() {
    return new Csr(shape, pattern, values.alias());
  }

  @Override
  public Bsr toBsr(int blockHeight, int blockWidth) {
    try (Csr csr = toCsr()) {
      return csr.toBsr(blockHeight, blockWidth);
    }
  }

  @Override
  public Nm toNm(Granularity.NOfM structure) {
    try (Csr csr = toCsr()) {
      return csr.toNm(structure);
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
    return new Coo(shape, pattern, other);
  }

  @Override
  public boolean samePattern(SparseTensor other) {
    return other instanceof Coo that && shape.equals(that.shape) && pattern.equals(that.pattern);
  }

  @Override
  public String toString() {
    return "Coo(%s, %s, nnz %d)".formatted(dtype(), shape, nnz());
  }
}
