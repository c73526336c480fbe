package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;

/** Products of a sparse with a dense matrix, and sampled dense products. */
public final class SparseProducts {
  private final DeviceContext context;

  /** The operations on one device. */
  public SparseProducts(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#spmm}. */
  public void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    throw new UnsupportedOperationException(context.device() + ": spmm has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#spmmPacked}. */
  public void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    throw new UnsupportedOperationException(context.device() + ": spmmPacked has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#sddmm}. */
  public void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": sddmm has no kernel yet");
  }
}
