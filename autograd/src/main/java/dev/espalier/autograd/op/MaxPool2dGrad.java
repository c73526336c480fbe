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
 * Spreads the gradient of {@link MaxPool2d} to the maxima; linear, and its own gradient gathers
 * from them.
 */
public record MaxPool2dGrad(Tensor indices, PoolSpec spec, Shape inputShape) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Pooling.maxPool2dGrad(inputs[0], indices, spec, inputShape);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {Autograd.apply(new MaxPool2dGather(indices, spec), gradient)};
  }
}
