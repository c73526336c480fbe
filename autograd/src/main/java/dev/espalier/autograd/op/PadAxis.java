package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/**
 * Adds zeros before and after along one axis; the gradient is the range in between. PyTorch: {@code
 * torch.nn.functional.pad}.
 */
public record PadAxis(int axis, int before, int after) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return padded(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient.narrow(axis, before, context.inputShape(0).dim(axis))};
  }

  private Tensor padded(Tensor x) {
    var shape = x.shape().with(axis, before + x.dim(axis) + after);
    Tensor out = Tensor.empty(x.dtype(), shape, x.device()).fill(0);
    out.narrow(axis, before, x.dim(axis)).copyFrom(x);
    return out;
  }
}
