package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * Softmax over the stored positions of each row of a sparse matrix, as sparse attention needs it
 * between its two products (module {@code sparse_softmax}).
 *
 * <p>Positions that are not stored take no part: they are as minus infinity in a dense softmax. A
 * row without stored positions has no result.
 */
public final class SparseSoftmax {
  private static final int THREADS = 128;
  private static final int WARPS = THREADS / 32;

  private final DeviceContext context;

  /** The operation on one device. */
  public SparseSoftmax(DeviceContext context) {
    this.context = context;
  }

  /**
   * {@code y[p] = exp(x[p] - m) / Σ exp(x[q] - m)} over the positions q of p's row, m the largest
   * of them.
   *
   * @param pattern whose blocks, if it has any, are one row high
   * @param x the values, contiguous float32 or float64
   * @param y the result, which may be x
   */
  public void forward(SparsePattern pattern, Tensor x, Tensor y) {
    launch(pattern, "sparse_softmax_" + Operands.name(x.dtype()), x, y);
  }

  /**
   * The gradient of {@link #forward}: {@code dx[p] = y[p] (dy[p] - Σ y[q] dy[q])}.
   *
   * @param y the result of the forward pass
   * @param dx the result, which may be dy
   */
  public void gradient(SparsePattern pattern, Tensor y, Tensor dy, Tensor dx) {
    launch(pattern, "sparse_softmax_grad_" + Operands.name(y.dtype()), y, dy, dx);
  }

  private void launch(SparsePattern pattern, String entry, Tensor... operands) {
    if (pattern.elementOrder() != null) {
      throw new IllegalArgumentException(
          "sparse softmax: %s stores several rows together; convert it to CSR".formatted(pattern));
    }
    if (pattern.nnz() == 0) {
      return;
    }
    SparseIndex index = SparseIndex.of(pattern.elements());
    Launch launch =
        context
            .launch("sparse_softmax", entry)
            .int32(pattern.rows())
            .pointer(context.constant(index.order()))
            .pointer(context.constant(index.rows().offsets()));
    for (Tensor operand : operands) {
      launch.tensor(operand);
    }
    long grid = Launch.ceilDiv(pattern.rows(), WARPS);
    launch.run(Extent.of(Launch.gridX("sparse softmax", grid)), Extent.of(THREADS));
  }
}
