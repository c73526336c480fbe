package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;

/** Fills, copies and chooses elements of every type. */
public final class Movement {
  private final DeviceContext context;

  /** The operations on one device. */
  public Movement(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#fill}. */
  public void fill(Tensor out, double value) {
    throw new UnsupportedOperationException(context.device() + ": fill has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#copy}. */
  public void copy(Tensor source, Tensor target) {
    throw new UnsupportedOperationException(context.device() + ": copy has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#select}. */
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": select has no kernel yet");
  }
}
