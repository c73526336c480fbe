package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.Weight;

/**
 * {@code dW = dyᵀ x} at the kept positions: the gradient of {@link Linear} at its weight; bilinear
 * in x [N, I] and dy [N, O].
 *
 * @param weight the weight, for its shape and pattern
 */
public record LinearGradWeight(Weight weight) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.linearGradWeight(inputs[0], inputs[1], weight, false);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Mask mask = Masks.of(weight);
    Variable kept = Masks.kept(gradient, mask);
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new LinearGradInput(mask), context.input(1), kept) : null,
      context.needs(1) ? Autograd.apply(new Linear(mask), context.input(0), kept) : null
    };
  }
}
