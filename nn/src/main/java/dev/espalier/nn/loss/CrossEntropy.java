package dev.espalier.nn.loss;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * Softmax cross-entropy of logits [N, C] against labels int64 [N]; see {@link F#crossEntropy}.
 *
 * @param labelSmoothing share of the target spread over all classes, 0 for none
 */
public record CrossEntropy(double labelSmoothing) implements Loss {
  public CrossEntropy {
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException(
          "cross-entropy: label smoothing must lie in [0, 1) but is " + labelSmoothing);
    }
  }

  /** Without smoothing. */
  public CrossEntropy() {
    this(0);
  }

  @Override
  public Variable of(Variable output, Tensor target) {
    return F.crossEntropy(output, target, labelSmoothing);
  }
}
