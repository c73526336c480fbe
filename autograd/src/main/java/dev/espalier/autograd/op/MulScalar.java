package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = c x}; gradient {@code c dy}. */
public record MulScalar(double value) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Elementwise.mulScalar(inputs[0], value);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient.mul(value)};
  }
}
