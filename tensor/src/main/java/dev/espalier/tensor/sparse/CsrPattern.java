package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import java.util.Arrays;

/**
 * The positions of a sparse matrix in compressed-sparse-row order; immutable, without values.
 *
 * <pre>
 * 3×4:  . a . b        rowOffsets    0 2 2 4
 *       . . . .        columnIndices 1 3 0 2
 *       c . d .
 * </pre>
 *
 * Column indices ascend strictly within a row. The pattern of the transpose, with the permutation
 * that carries values over, is computed once and kept, since the backward pass needs both.
 */
public final class CsrPattern implements SparsePattern {
  private final int rows;
  private final int columns;
  private final int[] rowOffsets;
  private final int[] columnIndices;
  private volatile Transposed transposed;
  private final Derived derived = new Derived();
  private volatile int[] flatPositions;
  private volatile int[] transposedFlatPositions;

  /**
   * The transposed pattern; {@code permutation[p]} is the position in this pattern of the
   * transpose's position p.
   */
  private record Transposed(CsrPattern pattern, int[] permutation) {}

  private CsrPattern(int rows, int columns, int[] rowOffsets, int[] columnIndices) {
    this.rows = rows;
    this.columns = columns;
    this.rowOffsets = rowOffsets;
    this.columnIndices = columnIndices;
  }

  /**
   * A pattern from index arrays, which are copied and validated.
   *
   * @throws IllegalArgumentException naming the first offending row, position and value
   */
  public static CsrPattern of(int rows, int columns, int[] rowOffsets, int[] columnIndices) {
    return validated(new CsrPattern(rows, columns, rowOffsets.clone(), columnIndices.clone()));
  }

  /** As {@link #of} without copying; the caller gives the arrays away. */
  static CsrPattern owning(int rows, int columns, int[] rowOffsets, int[] columnIndices) {
    return validated(new CsrPattern(rows, columns, rowOffsets, columnIndices));
  }

  /** The pattern of strictly ascending row-major indices, which are kept, not copied. */
  static CsrPattern ofFlatPositions(int rows, int columns, int[] positions) {
    int[] offsets = new int[rows + 1];
    int[] columnIndices = new int[positions.length];
    for (int p = 0; p < positions.length; p++) {
      int row = positions[p] / columns;
      offsets[row + 1]++;
      columnIndices[p] = positions[p] - row * columns;
    }
    for (int row = 0; row < rows; row++) {
      offsets[row + 1] += offsets[row];
    }
    CsrPattern pattern = owning(rows, columns, offsets, columnIndices);
    pattern.flatPositions = positions;
    return pattern;
  }

  private static CsrPattern validated(CsrPattern pattern) {
    int[] offsets = pattern.rowOffsets;
    int nnz = pattern.columnIndices.length;
    if (pattern.rows < 0 || pattern.columns < 0 || offsets.length != pattern.rows + 1) {
      throw new IllegalArgumentException(
          "csr: %d rows × %d columns needs %d row offsets but got %d"
              .formatted(pattern.rows, pattern.columns, pattern.rows + 1, offsets.length));
    }
    if (offsets[0] != 0 || offsets[pattern.rows] != nnz) {
      throw new IllegalArgumentException(
          "csr: row offsets must run from 0 to nnz %d but run from %d to %d"
              .formatted(nnz, offsets[0], offsets[pattern.rows]));
    }
    for (int row = 0; row < pattern.rows; row++) {
      if (offsets[row + 1] < offsets[row] || offsets[row + 1] > nnz) {
        throw new IllegalArgumentException(
            "csr: row offsets must not decrease or pass nnz %d, but offset %d is %d after %d"
                .formatted(nnz, row + 1, offsets[row + 1], offsets[row]));
      }
      int previous = -1;
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        int column = pattern.columnIndices[p];
        if (column <= previous || column >= pattern.columns) {
          throw new IllegalArgumentException(
              "csr: row %d position %d: column %d must lie in [0, %d) and exceed its predecessor %d"
                  .formatted(row, p, column, pattern.columns, previous));
        }
        previous = column;
      }
    }
    return pattern;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return columns;
  }

  @Override
  public int nnz() {
    return columnIndices.length;
  }

  @Override
  public Derived derived() {
    return derived;
  }

  @Override
  public Shape valuesShape() {
    return Shape.of(nnz());
  }

  /** Where each row starts, rows + 1 entries; shared, not to be written. */
  public int[] rowOffsets() {
    return rowOffsets;
  }

  /** The column of each position; shared, not to be written. */
  public int[] columnIndices() {
    return columnIndices;
  }

  @Override
  public CsrPattern transpose() {
    return transposed().pattern;
  }

  @Override
  public int[] transposePermutation() {
    return transposed().permutation;
  }

  @Override
  public int[] flatPositions() {
    int[] known = flatPositions;
    if (known == null) {
      if ((long) rows * columns > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "csr: the dense %d×%d matrix has more than 2^31 - 1 elements".formatted(rows, columns));
      }
      known = new int[nnz()];
      for (int row = 0; row < rows; row++) {
        for (int p = rowOffsets[row]; p < rowOffsets[row + 1]; p++) {
          known[p] = row * columns + columnIndices[p];
        }
      }
      flatPositions = known;
    }
    return known;
  }

  @Override
  public CsrPattern elements() {
    return this;
  }

  @Override
  public int[] elementOrder() {
    return null;
  }

  @Override
  public int[] transposedFlatPositions() {
    int[] known = transposedFlatPositions;
    if (known == null) {
      known = RowMajor.compose(flatPositions(), transposePermutation());
      transposedFlatPositions = known;
    }
    return known;
  }

  private Transposed transposed() {
    Transposed known = transposed;
    if (known == null) {
      synchronized (this) {
        known = transposed;
        if (known == null) {
          known = computeTransposed();
          transposed = known;
        }
      }
    }
    return known;
  }

  private Transposed computeTransposed() {
    int[] offsets = new int[columns + 1];
    for (int column : columnIndices) {
      offsets[column + 1]++;
    }
    for (int column = 0; column < columns; column++) {
      offsets[column + 1] += offsets[column];
    }
    int[] next = Arrays.copyOf(offsets, columns);
    int[] rowsOfColumn = new int[nnz()];
    int[] permutation = new int[nnz()];
    for (int row = 0; row < rows; row++) {
      for (int p = rowOffsets[row]; p < rowOffsets[row + 1]; p++) {
        int at = next[columnIndices[p]]++;
        rowsOfColumn[at] = row;
        permutation[at] = p;
      }
    }
    return new Transposed(new CsrPattern(columns, rows, offsets, rowsOfColumn), permutation);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CsrPattern that
        && rows == that.rows
        && columns == that.columns
        && Arrays.equals(rowOffsets, that.rowOffsets)
        && Arrays.equals(columnIndices, that.columnIndices);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * rows + columns) + Arrays.hashCode(columnIndices);
  }

  @Override
  public String toString() {
    return "CsrPattern(%d×%d, nnz %d)".formatted(rows, columns, nnz());
  }
}
