package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.Weight;

/**
 * The gradient of {@link Conv2d} at its weight, at the kept positions; bilinear in x and dy.
 *
 * @param weight the weight, for its shape and pattern
 */
public record Conv2dGradWeight(ConvSpec spec, Weight weight) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.conv2dGradWeight(inputs[0], inputs[1], weight, spec, false);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Mask mask = Masks.of(weight);
    Variable kept = Masks.kept(gradient, mask);
    return new Variable[] {
      context.needs(0)
          ? Autograd.apply(
              new Conv2dGradInput(spec, mask, context.inputShape(0)), context.input(1), kept)
          : null,
      context.needs(1) ? Autograd.apply(new Conv2d(spec, mask), context.input(0), kept) : null
    };
  }
}
