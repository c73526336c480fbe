package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = a + b} with broadcasting; gradients dy and dy. PyTorch: {@code torch.add}. */
public record Add() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Elementwise.add(inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {context.needs(0) ? gradient : null, context.needs(1) ? gradient : null};
  }
}
