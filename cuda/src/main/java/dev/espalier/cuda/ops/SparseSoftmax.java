package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * Launches the kernels of module {@code sparse_softmax}; {@link
 * dev.espalier.cuda.sparse.SparseSoftmax} has checked their operands.
 */
public final class SparseSoftmax {
  private static final int THREADS = 128;
  private static final int WARPS = THREADS / 32;

  private final DeviceContext context;

  /** The kernels on one device. */
  public SparseSoftmax(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.cuda.sparse.SparseSoftmax#forward}. */
  public void forward(SparsePattern pattern, Tensor x, Tensor y) {
    launch(pattern, "sparse_softmax_" + Operands.name(x.dtype()), x, y);
  }

  /** {@link dev.espalier.cuda.sparse.SparseSoftmax#gradient}. */
  public void gradient(SparsePattern pattern, Tensor y, Tensor dy, Tensor dx) {
    launch(pattern, "sparse_softmax_grad_" + Operands.name(y.dtype()), y, dy, dx);
  }

  private void launch(SparsePattern pattern, String entry, Tensor... operands) {
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
