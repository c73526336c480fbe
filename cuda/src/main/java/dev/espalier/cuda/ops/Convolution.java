package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;

/** The dense convolution and its gradients. */
public final class Convolution {
  private final DeviceContext context;

  /** The operations on one device. */
  public Convolution(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#conv2d}. */
  public void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": conv2d has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#conv2dGradInput}. */
  public void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx) {
    throw new UnsupportedOperationException(
        context.device() + ": conv2dGradInput has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#conv2dGradWeight}. */
  public void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw) {
    throw new UnsupportedOperationException(
        context.device() + ": conv2dGradWeight has no kernel yet");
  }
}
