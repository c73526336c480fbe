package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.Mask;

/** The gradient of {@link Conv2d} at its input; bilinear in dy and W. */
public record Conv2dGradInput(ConvSpec spec, Mask mask, Shape inputShape) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    context.saveInput(1);
    return SparseOps.conv2dGradInput(inputs[0], Masks.weight(inputs[1], mask), spec, inputShape);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      context.needs(0) ? Autograd.apply(new Conv2d(spec, mask), gradient, context.input(1)) : null,
      context.needs(1)
          ? Autograd.apply(
              new Conv2dGradWeight(spec, Masks.weight(context.input(1).tensor(), mask)),
              gradient,
              context.input(0))
          : null
    };
  }
}
