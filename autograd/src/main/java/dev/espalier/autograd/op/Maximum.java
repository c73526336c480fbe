package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;

/**
 * {@code y = max(a, b)} with broadcasting; the gradient goes to the larger operand, to a on ties.
 * PyTorch: {@code torch.maximum}, which halves it on ties.
 */
public record Maximum() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return Elementwise.max(inputs[0], inputs[1]);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Tensor first = Elementwise.greaterEqual(context.input(0).tensor(), context.input(1).tensor());
    Variable toFirst = gradient.mul(Variable.of(first));
    return new Variable[] {toFirst, gradient.sub(toFirst)};
  }
}
