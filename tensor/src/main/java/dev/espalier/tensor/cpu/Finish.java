package dev.espalier.tensor.cpu;

import dev.espalier.tensor.spi.Epilogue;

/** What happens to a row of products before it is stored: {@code epilogue(alpha sum + beta c)}. */
final class Finish {
  private final double alpha;
  private final double beta;
  private final double[] rowBias;
  private final double[] columnBias;
  private final boolean relu;
  private double[] old = new double[0];

  Finish(double alpha, double beta, Epilogue epilogue) {
    this.alpha = alpha;
    this.beta = beta;
    this.rowBias = epilogue.rowBias() == null ? null : Cells.toArray(epilogue.rowBias());
    this.columnBias = epilogue.columnBias() == null ? null : Cells.toArray(epilogue.columnBias());
    this.relu = epilogue.relu();
  }

  /**
   * Stores {@code sums[at ..]} as c's elements from (row, column) on, which lie contiguously from
   * {@code start}.
   */
  void row(double[] sums, int at, int n, int row, int column, Cells c, long start) {
    for (int j = 0; j < n; j++) {
      sums[at + j] *= alpha;
    }
    if (beta != 0) {
      old = old.length < n ? new double[n] : old;
      c.read(start, n, old);
      for (int j = 0; j < n; j++) {
        sums[at + j] += beta * old[j];
      }
    }
    if (rowBias != null) {
      for (int j = 0; j < n; j++) {
        sums[at + j] += rowBias[row];
      }
    }
    if (columnBias != null) {
      for (int j = 0; j < n; j++) {
        sums[at + j] += columnBias[column + j];
      }
    }
    if (relu) {
      for (int j = 0; j < n; j++) {
        sums[at + j] = Math.max(sums[at + j], 0);
      }
    }
    c.write(start, 1, n, sums, at);
  }
}
