package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code y = a / b} with broadcasting; gradients {@code dy / b} and {@code -dy a / b²}. PyTorch:
 * {@code torch.div}.
 */
public record Div() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return Elementwise.div(inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      context.needs(0) ? gradient.div(context.input(1)) : null,
      context.needs(1) ? gradient.mul(context.input(0)).div(context.input(1).square()).neg() : null
    };
  }
}
