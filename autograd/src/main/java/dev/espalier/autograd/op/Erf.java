package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = erf(x)}; gradient {@code dy 2/sqrt(π) e^(-x²)}. PyTorch: {@code torch.erf}. */
public record Erf() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    return Elementwise.erf(inputs[0]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable slope = context.input(0).square().neg().exp().mul(2 / Math.sqrt(Math.PI));
    return new Variable[] {gradient.mul(slope)};
  }
}
