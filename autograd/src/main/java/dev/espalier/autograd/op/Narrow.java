package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * A range of positions along one axis; the gradient is zero elsewhere. PyTorch: {@code
 * torch.narrow}.
 */
public record Narrow(int axis, int start, int length) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return inputs[0].narrow(axis, start, length);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    int after = context.inputShape(0).dim(axis) - start - length;
    return new Variable[] {Autograd.apply(new PadAxis(axis, start, after), gradient)};
  }
}
