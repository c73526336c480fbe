package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;

/** Softmax along the last axis. */
public final class Softmax {
  private static final String MODULE = "softmax";

  private final DeviceContext context;

  /** The operations on one device. */
  public Softmax(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#softmax}. */
  public void softmax(Tensor x, boolean log, Tensor out) {
    if (x.size() == 0) {
      return;
    }
    int width = x.dim(-1);
    long rows = x.size() / width;
    context
        .launch(MODULE, (log ? "log_" : "") + "softmax_" + suffix(width, x.dtype()))
        .int64(rows)
        .int32(width)
        .tensor(x)
        .tensor(out)
        .overElements(Rows.threads(rows, width));
  }

  /** {@link dev.espalier.tensor.spi.Backend#softmaxGrad}. */
  public void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    if (y.size() == 0) {
      return;
    }
    int width = y.dim(-1);
    long rows = y.size() / width;
    try (Tensor gradients = dy.contiguous()) {
      context
          .launch(MODULE, (log ? "log_" : "") + "softmax_grad_" + suffix(width, y.dtype()))
          .int64(rows)
          .int32(width)
          .tensor(y)
          .tensor(gradients)
          .tensor(dx)
          .overElements(Rows.threads(rows, width));
    }
  }

  private static String suffix(int width, DType dtype) {
    return Rows.wide(width) + Operands.name(dtype);
  }
}
