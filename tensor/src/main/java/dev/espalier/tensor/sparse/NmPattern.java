package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import java.util.Arrays;
import java.util.Optional;

/**
 * The positions of an N:M sparse matrix: of every m neighbouring columns of a row exactly n are
 * stored; immutable, without values. Consecutive rows may share their positions.
 *
 * <pre>
 * 2×8, 2:4:                 . a . b | c . . d      positions 1 3 | 0 3
 *                           e f . . | . . g h                0 1 | 2 3
 *
 * 2×8, 2:4 for both rows:   . a . b | c . . d      positions 1 3 | 0 3
 *                           . e . f | g . . h      values    (a e) (b f) | (c g) (d h)
 * </pre>
 *
 * The index has one byte per stored column of the rows that share it: its place among the m. Values
 * are [rows / shared rows, columns / m, n, shared rows]: rows that share a position lie next to
 * each other, so that a kernel loads the dense operand once for all of them. What keeps less than n
 * of some m stores explicit zeros there, which are multiplied as other values are; the transpose of
 * N:M is not N:M but CSR.
 *
 * <p>Source of the format: A. Mishra et al., Accelerating Sparse Deep Neural Networks, 2021.
 */
public final class NmPattern implements SparsePattern {
  /** Largest m, so that a place among the m is a byte. */
  public static final int MOST_NEIGHBOURS = 128;

  private final int rows;
  private final int columns;
  private final Granularity.NOfM structure;
  private final byte[] positions;
  private final Derived derived = new Derived();
  private volatile BsrPattern vectors;

  private NmPattern(int rows, int columns, Granularity.NOfM structure, byte[] positions) {
    this.rows = rows;
    this.columns = columns;
    this.structure = structure;
    this.positions = positions;
  }

  /**
   * A pattern from its index, which is copied and validated.
   *
   * @param positions [rows / shared rows, columns / m, n] places in [0, m), strictly ascending
   *     within each n
   * @throws IllegalArgumentException if the structure does not fit the matrix, or naming the first
   *     offending position
   */
  public static NmPattern of(int rows, int columns, Granularity.NOfM structure, byte... positions) {
    refusal(rows, columns, structure)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(reason);
            });
    NmPattern pattern = new NmPattern(rows, columns, structure, positions.clone());
    long expected = indexLength(rows, columns, structure);
    if (positions.length != expected) {
      throw new IllegalArgumentException(
          "nm %s: a %d×%d matrix needs %d positions but got %d"
              .formatted(structure.name(), rows, columns, expected, positions.length));
    }
    byte[] index = pattern.positions;
    for (int p = 0; p < index.length; p++) {
      int previous = p % structure.n() == 0 ? -1 : index[p - 1];
      if (index[p] <= previous || index[p] >= structure.m()) {
        throw new IllegalArgumentException(
            "nm %s: position %d is %d but must lie in [0, %d) and exceed its predecessor %d"
                .formatted(structure.name(), p, index[p], structure.m(), previous));
      }
    }
    return pattern;
  }

  /**
   * The N:M pattern that holds every position of another; where that has less than n of some m, the
   * lowest columns that are free are stored as well.
   *
   * @throws IllegalArgumentException with the {@link #refusal}
   */
  public static NmPattern covering(CsrPattern pattern, Granularity.NOfM structure) {
    refusal(pattern, structure)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(reason);
            });
    CsrPattern shared = BsrPattern.covering(pattern, structure.rows(), 1).blocks();
    int[] columnIndices = shared.columnIndices();
    byte[] positions = new byte[(int) indexLength(pattern.rows(), pattern.columns(), structure)];
    int at = 0;
    for (int row = 0; row < shared.rows(); row++) {
      int p = shared.rowOffsets()[row];
      int last = shared.rowOffsets()[row + 1];
      for (int column = 0; column < shared.columns(); column += structure.m()) {
        int begin = p;
        while (p < last && columnIndices[p] < column + structure.m()) {
          p++;
        }
        int free = structure.n() - (p - begin);
        for (int place = 0, q = begin; q < p || free > 0; place++) {
          boolean held = q < p && columnIndices[q] == column + place;
          if (held || free > 0) {
            positions[at++] = (byte) place;
            q += held ? 1 : 0;
            free -= held ? 0 : 1;
          }
        }
      }
    }
    return new NmPattern(pattern.rows(), pattern.columns(), structure, positions);
  }

  /** Why a pattern has no {@link #covering} one of this structure, or empty if it has. */
  public static Optional<String> refusal(CsrPattern pattern, Granularity.NOfM structure) {
    Optional<String> sizes = refusal(pattern.rows(), pattern.columns(), structure);
    if (sizes.isPresent()) {
      return sizes;
    }
    CsrPattern shared = BsrPattern.covering(pattern, structure.rows(), 1).blocks();
    int[] columnIndices = shared.columnIndices();
    for (int row = 0; row < shared.rows(); row++) {
      int begin = shared.rowOffsets()[row];
      for (int p = begin + structure.n(); p < shared.rowOffsets()[row + 1]; p++) {
        int group = columnIndices[p] / structure.m();
        if (columnIndices[p - structure.n()] / structure.m() == group) {
          int first = row * structure.rows();
          return Optional.of(
              "nm %s: rows %d to %d hold more than %d of the columns %d to %d; prune them so, or use csr"
                  .formatted(
                      structure.name(),
                      first,
                      first + structure.rows() - 1,
                      structure.n(),
                      group * structure.m(),
                      (group + 1) * structure.m() - 1));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> refusal(int rows, int columns, Granularity.NOfM structure) {
    if (structure.m() > MOST_NEIGHBOURS) {
      return Optional.of(
          "nm %s: m must be at most %d; use csr".formatted(structure.name(), MOST_NEIGHBOURS));
    }
    if (rows < 0 || columns < 0 || rows % structure.rows() != 0 || columns % structure.m() != 0) {
      return Optional.of(
          "nm %s: a %d×%d matrix is not divisible into groups of %d×%d; pad it or use csr"
              .formatted(structure.name(), rows, columns, structure.rows(), structure.m()));
    }
    long values = indexLength(rows, columns, structure) * structure.rows();
    return values <= Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.of(
            "nm %s: a %d×%d matrix stores %d values, more than 2^31 - 1"
                .formatted(structure.name(), rows, columns, values));
  }

  private static long indexLength(int rows, int columns, Granularity.NOfM structure) {
    return (long) (rows / structure.rows()) * (columns / structure.m()) * structure.n();
  }

  /** n, m, and how many rows share their positions. */
  public Granularity.NOfM structure() {
    return structure;
  }

  /**
   * The place among its m of each stored column, [rows / shared rows, columns / m, n]; shared, not
   * to be written.
   */
  public byte[] positions() {
    return positions;
  }

  /** The stored columns of each shared rows: a pattern of rows / shared rows rows, made once. */
  public CsrPattern shared() {
    return vectors().blocks();
  }

  /** The same positions in the same order as vectors of the rows that share them. */
  private BsrPattern vectors() {
    BsrPattern known = vectors;
    if (known == null) {
      int perRow = columns / structure.m() * structure.n();
      int[] offsets = new int[rows / structure.rows() + 1];
      Arrays.setAll(offsets, row -> row * perRow);
      int[] columnIndices = new int[positions.length];
      for (int p = 0; p < positions.length; p++) {
        columnIndices[p] = p % perRow / structure.n() * structure.m() + positions[p];
      }
      CsrPattern shared = CsrPattern.owning(offsets.length - 1, columns, offsets, columnIndices);
      known = new BsrPattern(shared, structure.rows(), 1);
      vectors = known;
    }
    return known;
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
    return positions.length * structure.rows();
  }

  @Override
  public Shape valuesShape() {
    return Shape.of(
        rows / structure.rows(), columns / structure.m(), structure.n(), structure.rows());
  }

  @Override
  public CsrPattern transpose() {
    return vectors().transpose().elements();
  }

  @Override
  public int[] transposePermutation() {
    return vectors().transposePermutation();
  }

  @Override
  public int[] flatPositions() {
    return vectors().flatPositions();
  }

  @Override
  public int[] transposedFlatPositions() {
    return vectors().transposedFlatPositions();
  }

  @Override
  public CsrPattern elements() {
    return vectors().elements();
  }

  @Override
  public int[] elementOrder() {
    return vectors().elementOrder();
  }

  /** Where among the values each position of a pattern lies that this one covers. */
  int[] valuePositions(CsrPattern covered) {
    return vectors().valuePositions(covered);
  }

  @Override
  public Derived derived() {
    return derived;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NmPattern that
        && rows == that.rows
        && columns == that.columns
        && structure.equals(that.structure)
        && Arrays.equals(positions, that.positions);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * rows + columns) + structure.hashCode()) + Arrays.hashCode(positions);
  }

  @Override
  public String toString() {
    return "NmPattern(%d×%d, %s)".formatted(rows, columns, structure.name());
  }
}
