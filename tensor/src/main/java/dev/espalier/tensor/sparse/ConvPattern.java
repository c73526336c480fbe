package dev.espalier.tensor.sparse;

/**
 * The positions of a sparse convolution weight, re-addressed to the sheets of a {@link ConvGrid}:
 * what turns the three products of a convolution into products of sparse and dense matrices.
 * Obtained, and remembered, by {@link CsrPattern#convolution}.
 */
public final class ConvPattern {
  /**
   * Index work for one product.
   *
   * @param pattern positions whose columns are rows of {@link ConvGrid#shifted}
   * @param inOrder whether both patterns have one order
   * @param order {@code order[p]} is the position in the weight's own pattern of position p;
   *     shared, not to be written
   */
  public record Taps(CsrPattern pattern, boolean inOrder, int[] order) {}

  private final CsrPattern weight;
  private final ConvGrid grid;
  private volatile Taps forward;
  private volatile Taps backward;

  ConvPattern(CsrPattern weight, ConvGrid grid) {
    int columns = (int) (grid.weight().size() / Math.max(1, grid.weight().dim(0)));
    if (weight.rows() != grid.weight().dim(0) || weight.columns() != columns) {
      throw new IllegalArgumentException(
          "conv2d: a %d×%d pattern is not that of a weight of shape %s"
              .formatted(weight.rows(), weight.columns(), grid.weight()));
    }
    this.weight = weight;
    this.grid = grid;
  }

  public ConvGrid grid() {
    return grid;
  }

  /** For the output and the weight's gradient: row o reads the input sheets. */
  public Taps forward() {
    Taps known = forward;
    if (known == null) {
      known = taps(false);
      forward = known;
    }
    return known;
  }

  /**
   * For the input's gradient: the row of an input sheet reads the sheets of the output gradient.
   */
  public Taps backward() {
    Taps known = backward;
    if (known == null) {
      known = taps(true);
      backward = known;
    }
    return known;
  }

  private Taps taps(boolean transposed) {
    int kernelH = grid.weight().dim(2);
    int kernelW = grid.weight().dim(3);
    int columns = (int) grid.columns();
    int[] rowOf = new int[weight.nnz()];
    int[] readAt = new int[weight.nnz()];
    for (int o = 0; o < weight.rows(); o++) {
      for (int p = weight.rowOffsets()[o]; p < weight.rowOffsets()[o + 1]; p++) {
        int tap = weight.columnIndices()[p];
        int j = tap % kernelW;
        int i = tap / kernelW % kernelH;
        int sheet = grid.sheet(o, tap / (kernelH * kernelW), i, j);
        rowOf[p] = transposed ? sheet : o;
        readAt[p] =
            transposed
                ? o * columns + grid.maxShift() - grid.shift(i, j)
                : sheet * columns + grid.shift(i, j);
      }
    }
    long sheets = transposed ? weight.rows() : grid.sheets();
    int rows = transposed ? (int) grid.sheets() : weight.rows();
    int shifts = (int) ((sheets - 1) * columns) + grid.maxShift() + 1;
    return arrange(rows, Math.max(0, shifts), rowOf, readAt);
  }

  private static Taps arrange(int rows, int columns, int[] rowOf, int[] columnOf) {
    int[] order = RowMajor.order("conv2d", rowOf, columnOf, columns);
    int[] columnIndices = RowMajor.compose(columnOf, order);
    CsrPattern pattern =
        CsrPattern.owning(rows, columns, RowMajor.offsets(rowOf, rows), columnIndices);
    return new Taps(pattern, RowMajor.isIdentity(order), order);
  }
}
