package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Distribution;

/** Counter-based random numbers, the same as on the CPU. */
public final class RandomNumbers {
  private final DeviceContext context;

  /** The operations on one device. */
  public RandomNumbers(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#random}. */
  public void random(
      Distribution distribution,
      double a,
      double b,
      long seed,
      long stream,
      long position,
      Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": random has no kernel yet");
  }
}
