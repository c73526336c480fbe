package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code y = max(a + b, 0)} with broadcasting, the end of a residual block in one pass; gradients
 * {@code dy} where {@code y > 0}.
 */
public record AddRelu() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveOutput();
    return Elementwise.addRelu(inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable passed = Autograd.apply(new ReluGrad(context.output().tensor()), gradient);
    return new Variable[] {context.needs(0) ? passed : null, context.needs(1) ? passed : null};
  }
}
