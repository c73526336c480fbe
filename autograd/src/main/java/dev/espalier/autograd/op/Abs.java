package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = |x|}; gradient {@code dy sign(x)}, 0 at 0. PyTorch: {@code torch.abs}. */
public record Abs() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    return Elementwise.abs(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable sign = Variable.of(Elementwise.sign(context.input(0).tensor()));
    return new Variable[] {gradient.mul(sign)};
  }
}
