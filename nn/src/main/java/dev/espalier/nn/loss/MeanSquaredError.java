package dev.espalier.nn.loss;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * {@code mean((y - t)²)} over all elements, y and t of one shape. PyTorch: {@code
 * torch.nn.MSELoss}.
 */
public record MeanSquaredError() implements Loss {
  @Override
  public Variable of(Variable output, Tensor target) {
    return F.mse(output, Variable.of(target));
  }
}
