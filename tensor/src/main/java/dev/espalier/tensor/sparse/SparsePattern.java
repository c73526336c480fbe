package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;

/**
 * The stored positions of a sparse matrix, in the form that a kernel takes; immutable, without
 * values.
 */
public sealed interface SparsePattern permits CsrPattern, BsrPattern, NmPattern {
  int rows();

  int columns();

  /** Number of stored values. */
  int nnz();

  /** The shape of the values: [nnz], or as the format has it. */
  Shape valuesShape();

  /** The pattern of the transposed matrix; index work is done once. */
  SparsePattern transpose();

  /**
   * For each value of {@link #transpose} its position among the values here; shared, not to be
   * written.
   */
  int[] transposePermutation();

  /**
   * The row-major index in the dense matrix of each value, computed once; shared, not to be
   * written.
   *
   * @throws IllegalArgumentException if the matrix has more than 2^31 - 1 elements
   */
  int[] flatPositions();

  /**
   * For each value of {@link #transpose} its row-major index in this dense matrix, computed once:
   * what gathers the transposed weight straight from dense storage. Shared, not to be written.
   */
  int[] transposedFlatPositions();

  /** Every stored position in CSR order, worked out once; the pattern itself if it is a CSR one. */
  CsrPattern elements();

  /**
   * Where among the values those of {@link #elements} lie, worked out once; null where they lie in
   * that order. Shared, not to be written.
   */
  int[] elementOrder();

  /** What kernels keep with this pattern. */
  Derived derived();

  /** Stored values as a fraction of all elements; 1 for an empty matrix. */
  default double density() {
    return rows() == 0 || columns() == 0 ? 1 : (double) nnz() / ((double) rows() * columns());
  }
}
