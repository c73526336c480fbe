package dev.espalier.nn.loss;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * {@code KL(p ‖ softmax(y))} averaged over rows, for logits y [N, C] and target log-probabilities
 * [N, C].
 *
 * <p>PyTorch: {@code KLDivLoss(reduction='batchmean', log_target=True)} on {@code log_softmax(y)}.
 */
public record KlDivergence() implements Loss {
  @Override
  public Variable of(Variable output, Tensor target) {
    return F.klDiv(F.logSoftmax(output), Variable.of(target));
  }
}
