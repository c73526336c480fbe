package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/** Reorders the axes. PyTorch: {@code torch.permute}. */
public record Permute(int[] order) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return inputs[0].permute(order);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    int[] inverse = new int[order.length];
    for (int axis = 0; axis < order.length; axis++) {
      inverse[order[axis]] = axis;
    }
    return new Variable[] {gradient.permute(inverse)};
  }
}
