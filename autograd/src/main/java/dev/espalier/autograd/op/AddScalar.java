package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/** {@code y = x + c}; gradient dy. */
public record AddScalar(double value) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Elementwise.addScalar(inputs[0], value);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient};
  }
}
