package dev.espalier.tensor.spi;

/** The reductions that a backend offers; empty reductions give 0 (sums), -∞ (MAX) and +∞ (MIN). */
public enum ReduceOp {
  SUM,
  MAX,
  MIN,
  /** {@code Σ |x|}. */
  SUM_ABS,
  /** {@code Σ x^2}. */
  SUM_SQUARES
}
