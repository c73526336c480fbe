package dev.espalier.nn.optim;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;
import java.util.Collection;

/** Bounds gradients in place. */
public final class ClipGradients {
  private ClipGradients() {}

  /**
   * Scales all gradients so that their joint L2 norm is at most {@code maxNorm}.
   *
   * <p>Source: R. Pascanu, T. Mikolov, Y. Bengio, On the Difficulty of Training Recurrent Neural
   * Networks (2013). PyTorch: {@code clip_grad_norm_}.
   *
   * @return the norm before
   */
  public static double byNorm(Collection<Parameter> parameters, double maxNorm) {
    double squares = 0;
    for (Parameter parameter : parameters) {
      if (parameter.grad() != null) {
        try (Tensor sum = Reduce.sumSquares(parameter.grad().tensor(), false)) {
          squares += sum.item();
        }
      }
    }
    double norm = Math.sqrt(squares);
    if (norm > maxNorm) {
      for (Parameter parameter : parameters) {
        if (parameter.grad() != null) {
          Elementwise.scaleInPlace(parameter.grad().tensor(), maxNorm / norm);
        }
      }
    }
    return norm;
  }
}
