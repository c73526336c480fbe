package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;

/** Maps each element of one or two operands. */
public final class Elementwise {
  private final DeviceContext context;

  /** The operations on one device. */
  public Elementwise(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#unary}. */
  public void unary(UnaryOp op, double p, Tensor x, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": unary has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#binary}. */
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": binary has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#axpby}. */
  public void axpby(double alpha, Tensor x, double beta, Tensor y) {
    throw new UnsupportedOperationException(context.device() + ": axpby has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#applyMask}. */
  public void applyMask(long[] maskWords, Tensor x, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": applyMask has no kernel yet");
  }
}
