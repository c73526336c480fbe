package dev.espalier.cuda.library;

/**
 * {@code c = alpha a b + beta c}, for each of {@code batch} matrices: a [m, k], b [k, n], c [m, n].
 *
 * @param arithmetic what float32 operands are multiplied in
 * @param c row-major, not transposed; with beta 0 it is not read
 */
public record DenseProduct(
    int m,
    int n,
    int k,
    int batch,
    Arithmetic arithmetic,
    double alpha,
    DenseOperand a,
    DenseOperand b,
    double beta,
    DenseOperand c) {
  /** The type to which float32 operands are rounded for the multiplication; sums are float32. */
  public enum Arithmetic {
    /** No rounding. */
    FLOAT32,
    TF32,
    BF16,
    F16
  }

  public DenseProduct {
    if (c.transposed()) {
      throw new IllegalArgumentException("DenseProduct: c must be row-major");
    }
  }
}
