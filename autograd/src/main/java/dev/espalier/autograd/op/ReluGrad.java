package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code g} where {@code y > 0}, else 0: linear in g, so its gradient is itself. y is the output of
 * {@link Relu}.
 */
public record ReluGrad(Tensor y) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Elementwise.reluGrad(inputs[0], y);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {Autograd.apply(this, gradient)};
  }
}
