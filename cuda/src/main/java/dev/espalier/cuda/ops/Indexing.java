package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;

/** Gathers and scatters by index. */
public final class Indexing {
  private final DeviceContext context;

  /** The operations on one device. */
  public Indexing(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#gatherRows}. */
  public void gatherRows(Tensor x, Tensor index, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": gatherRows has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#scatterAddRows}. */
  public void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    throw new UnsupportedOperationException(
        context.device() + ": scatterAddRows has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#pick}. */
  public void pick(Tensor x, Tensor index, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": pick has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#unpick}. */
  public void unpick(Tensor source, Tensor index, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": unpick has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#gatherElements}. */
  public void gatherElements(Tensor dense, int[] positions, Tensor values) {
    throw new UnsupportedOperationException(
        context.device() + ": gatherElements has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#scatterElements}. */
  public void scatterElements(Tensor values, int[] positions, Tensor dense) {
    throw new UnsupportedOperationException(
        context.device() + ": scatterElements has no kernel yet");
  }
}
