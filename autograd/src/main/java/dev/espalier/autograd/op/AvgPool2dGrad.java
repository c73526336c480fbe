package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Pooling;

/**
 * Spreads the gradient of {@link AvgPool2d} over its windows; linear, and its own gradient is the
 * pooling.
 */
public record AvgPool2dGrad(PoolSpec spec, Shape inputShape) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Pooling.avgPool2dGrad(inputs[0], spec, inputShape);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {Autograd.apply(new AvgPool2d(spec), gradient)};
  }
}
