package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;

/**
 * {@code dx = dy W}: the gradient of {@link Linear} at its input; bilinear in dy [N, O] and W [O,
 * I].
 */
public record LinearGradInput(Mask mask) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.linearGradInput(inputs[0], Masks.weight(inputs[1], mask));
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new Linear(mask), gradient, context.input(1)) : null,
      context.needs(1)
          ? Autograd.apply(
              new LinearGradWeight(Masks.weight(context.input(1).tensor(), mask)),
              gradient,
              context.input(0))
          : null
    };
  }
}
