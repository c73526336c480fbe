package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;

/** {@code dW = dyᵀ x} at the kept positions: the gradient of {@link Linear} at its weight; bilinear in x [N, I] and dy [N, O]. */
public record LinearGradWeight(Mask mask) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return mask == null
        ? dev.espalier.tensor.ops.MatMul.matmul(inputs[1].transpose(), inputs[0])
        : SparseOps.linearGradWeight(inputs[0], inputs[1], mask);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Variable weight = Masks.kept(gradient, mask);
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new LinearGradInput(mask), context.input(1), weight) : null,
      context.needs(1) ? Autograd.apply(new Linear(mask), context.input(0), weight) : null
    };
  }
}
