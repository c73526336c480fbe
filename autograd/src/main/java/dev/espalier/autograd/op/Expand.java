package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Broadcasts to a larger shape; the gradient sums over the repeats. PyTorch: {@code torch.expand}.
 */
public record Expand(Shape target) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return inputs[0].expand(target);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient};
  }
}
