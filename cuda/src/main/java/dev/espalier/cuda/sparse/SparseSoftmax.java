package dev.espalier.cuda.sparse;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * Softmax over the stored positions of each row of a sparse matrix [M, K], as sparse attention
 * needs it between its sampled product and its product with the values.
 *
 * <p>Positions that are not stored take no part: they are as minus infinity in a dense softmax. A
 * row without stored positions has no result. Values are contiguous, float32 or float64, one for
 * each stored position in the pattern's order. The largest value of a row is subtracted first, so
 * that no exponential overflows; sums are taken in one fixed order, so that the same values give
 * the same bits.
 *
 * <p>PyTorch: {@code torch.sparse.softmax} of a CSR matrix along its last axis.
 */
public final class SparseSoftmax {
  private static final String NAME = "sparse softmax";

  private final DeviceContext context;
  private final dev.espalier.cuda.ops.SparseSoftmax kernels;

  /** The operation on one device. */
  public SparseSoftmax(DeviceContext context) {
    this.context = context;
    kernels = new dev.espalier.cuda.ops.SparseSoftmax(context);
  }

  /**
   * {@code y[p] = exp(x[p] - m) / Σ exp(x[q] - m)} over the positions q of p's row, m the largest x
   * of them; a new tensor.
   *
   * @param pattern CSR, or of blocks that are one row high
   * @throws IllegalArgumentException if the values do not fit the pattern, or are on another device
   */
  public Tensor forward(SparsePattern pattern, Tensor x) {
    check(pattern, x);
    Tensor y = Tensor.empty(x.dtype(), x.shape(), x.device());
    forward(pattern, x, y);
    return y;
  }

  /** As {@link #forward(SparsePattern, Tensor)} into y, which may be x. */
  public void forward(SparsePattern pattern, Tensor x, Tensor y) {
    check(pattern, x, y);
    checkResult(y, x);
    try (var _ = Use.of(NAME, x, y)) {
      kernels.forward(pattern, x, y);
    }
    y.touched();
  }

  /**
   * The gradient of {@link #forward(SparsePattern, Tensor)}: {@code dx[p] = y[p] (dy[p] - Σ y[q]
   * dy[q])} over the positions q of p's row; a new tensor.
   *
   * @param y the result of the forward pass
   * @param dy the gradient there
   * @throws IllegalArgumentException if the values do not fit the pattern, or are on another device
   */
  public Tensor gradient(SparsePattern pattern, Tensor y, Tensor dy) {
    check(pattern, y, dy);
    Tensor dx = Tensor.empty(y.dtype(), y.shape(), y.device());
    gradient(pattern, y, dy, dx);
    return dx;
  }

  /** As {@link #gradient(SparsePattern, Tensor, Tensor)} into dx, which may be y or dy. */
  public void gradient(SparsePattern pattern, Tensor y, Tensor dy, Tensor dx) {
    check(pattern, y, dy, dx);
    checkResult(dx, y, dy);
    try (var _ = Use.of(NAME, y, dy, dx)) {
      kernels.gradient(pattern, y, dy, dx);
    }
    dx.touched();
  }

  private void check(SparsePattern pattern, Tensor... operands) {
    if (pattern.elementOrder() != null) {
      throw new IllegalArgumentException(
          "%s: %s stores several rows together; convert it to CSR".formatted(NAME, pattern));
    }
    DType type = operands[0].dtype();
    for (Tensor values : operands) {
      boolean fits =
          type.isCompute()
              && values.dtype() == type
              && values.size() == pattern.nnz()
              && values.isContiguous();
      if (!fits) {
        throw new IllegalArgumentException(
            "%s: needs %d contiguous values of one type, float32 or float64, but has %s %s%s; use to(DType) or contiguous()"
                .formatted(
                    NAME,
                    pattern.nnz(),
                    values.dtype(),
                    values.shape(),
                    values.isContiguous() ? "" : ", strided"));
      }
    }
    context.requireHere(NAME, operands);
  }

  /** Each element of the result may replace that of an operand, but no other. */
  private static void checkResult(Tensor result, Tensor... operands) {
    for (Tensor operand : operands) {
      if (operand.overlaps(result) && operand.offset() != result.offset()) {
        throw new IllegalArgumentException(
            "%s: the result overlaps an operand of shape %s, %d elements off; pass a copy()"
                .formatted(NAME, operand.shape(), result.offset() - operand.offset()));
      }
    }
  }
}
