package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = e^x}; gradient {@code dy y}. PyTorch: {@code torch.exp}. */
public record Exp() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return Elementwise.exp(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient.mul(context.output())};
  }
}
