package dev.espalier.nn.loss;

import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/** A scalar to minimise, from a model's output and its target. */
@FunctionalInterface
public interface Loss {
  /**
   * The loss, averaged over the batch.
   *
   * @param output the model's output
   * @param target labels (int64 [N]) or values, as the loss documents
   */
  Variable of(Variable output, Tensor target);
}
