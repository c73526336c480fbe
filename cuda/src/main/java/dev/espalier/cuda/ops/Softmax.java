package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;

/** Softmax along the last axis. */
public final class Softmax {
  private final DeviceContext context;

  /** The operations on one device. */
  public Softmax(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#softmax}. */
  public void softmax(Tensor x, boolean log, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": softmax has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#softmaxGrad}. */
  public void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    throw new UnsupportedOperationException(context.device() + ": softmaxGrad has no kernel yet");
  }
}
