package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.ReduceOp;

/** Sums and extremes over axes. */
public final class Reductions {
  private final DeviceContext context;

  /** The operations on one device. */
  public Reductions(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#reduce}. */
  public void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": reduce has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#argmax}. */
  public void argmax(Tensor x, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": argmax has no kernel yet");
  }
}
