package dev.espalier.nn.loss;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.data.Batch;
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

  /**
   * The loss on a batch of data, which training and evaluation call; a loss that looks at the
   * images too, as distillation does, overrides it.
   */
  default Variable of(Variable output, Batch batch) {
    return of(output, batch.labels());
  }
}
