package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;

/** Maxima and means of windows. */
public final class Pooling {
  private final DeviceContext context;

  /** The operations on one device. */
  public Pooling(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#maxPool2d}. */
  public void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    throw new UnsupportedOperationException(context.device() + ": maxPool2d has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#maxPool2dGrad}. */
  public void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    throw new UnsupportedOperationException(context.device() + ": maxPool2dGrad has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#maxPool2dGather}. */
  public void maxPool2dGather(Tensor x, Tensor indices, Tensor out) {
    throw new UnsupportedOperationException(
        context.device() + ": maxPool2dGather has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#avgPool2d}. */
  public void avgPool2d(Tensor x, PoolSpec spec, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": avgPool2d has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#avgPool2dGrad}. */
  public void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    throw new UnsupportedOperationException(context.device() + ": avgPool2dGrad has no kernel yet");
  }
}
