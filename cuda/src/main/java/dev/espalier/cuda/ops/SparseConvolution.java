package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparsePattern;

/** Convolution with a sparse weight, and its gradients. */
public final class SparseConvolution {
  private final DeviceContext context;

  /** The operations on one device. */
  public SparseConvolution(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#sparseConv2d}. */
  public void sparseConv2d(
      SparsePattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": sparseConv2d has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#sparseConv2dGradInput}. */
  public void sparseConv2dGradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx) {
    throw new UnsupportedOperationException(
        context.device() + ": sparseConv2dGradInput has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#sparseConv2dGradWeight}. */
  public void sparseConv2dGradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues) {
    throw new UnsupportedOperationException(
        context.device() + ": sparseConv2dGradWeight has no kernel yet");
  }
}
