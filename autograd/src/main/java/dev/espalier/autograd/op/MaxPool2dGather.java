package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Pooling;

/** Reads each window's element at fixed indices: the adjoint of {@link MaxPool2dGrad}. */
public record MaxPool2dGather(Tensor indices, PoolSpec spec) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Pooling.maxPool2dGather(inputs[0], indices);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      Autograd.apply(new MaxPool2dGrad(indices, spec, context.inputShape(0)), gradient)
    };
  }
}
