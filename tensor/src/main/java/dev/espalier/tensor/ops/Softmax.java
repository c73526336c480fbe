package dev.espalier.tensor.ops;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;

/**
 * Softmax along the last axis; the row's maximum is subtracted first, so large logits do not
 * overflow.
 */
public final class Softmax {
  private Softmax() {}

  /** {@code y_i = exp(x_i) / Σ_j exp(x_j)}. PyTorch: {@code softmax(x, -1)}. */
  public static Tensor softmax(Tensor x) {
    return forward("softmax", x, false);
  }

  /** {@code y_i = x_i - log Σ_j exp(x_j)}. PyTorch: {@code log_softmax(x, -1)}. */
  public static Tensor logSoftmax(Tensor x) {
    return forward("logSoftmax", x, true);
  }

  /** {@code dx_i = y_i (dy_i - Σ_j y_j dy_j)}, y being the output of {@link #softmax}. */
  public static Tensor softmaxGrad(Tensor y, Tensor dy) {
    return gradient("softmaxGrad", y, dy, false);
  }

  /** {@code dx_i = dy_i - exp(y_i) Σ_j dy_j}, y being the output of {@link #logSoftmax}. */
  public static Tensor logSoftmaxGrad(Tensor y, Tensor dy) {
    return gradient("logSoftmaxGrad", y, dy, true);
  }

  private static Tensor forward(String name, Tensor x, boolean log) {
    Check.compute(name, x);
    if (x.rank() == 0) {
      throw Check.refuse(name, "needs at least one axis but got a scalar");
    }
    Tensor out = Tensor.empty(x.dtype(), x.shape(), x.device());
    try (Tensor dense = x.contiguous();
        var use = Use.of(name, dense, out)) {
      use.backend().softmax(dense, log, out);
    }
    return out;
  }

  private static Tensor gradient(String name, Tensor y, Tensor dy, boolean log) {
    Check.compute(name, y, dy);
    Check.shape(name, "the gradient of the output", dy, y.shape());
    if (y.rank() == 0) {
      throw Check.refuse(name, "needs at least one axis but got a scalar");
    }
    Tensor dx = Tensor.empty(y.dtype(), y.shape(), y.device());
    try (Tensor outputs = y.contiguous();
        Tensor gradients = dy.contiguous();
        var use = Use.of(name, outputs, gradients, dx)) {
      use.backend().softmaxGrad(outputs, gradients, log, dx);
    }
    return dx;
  }
}
