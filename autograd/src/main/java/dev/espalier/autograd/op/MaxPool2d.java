package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Pooling;

/**
 * Maximum over windows of [N, C, H, W]; the gradient goes to the first maximum. PyTorch: {@code
 * max_pool2d}.
 */
public record MaxPool2d(PoolSpec spec) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    Pooling.Pooled pooled = Pooling.maxPool2d(inputs[0], spec);
    context.save(pooled.indices());
    return pooled.values();
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Tensor indices = context.saved(0).alias();
    return new Variable[] {
      Autograd.apply(new MaxPool2dGrad(indices, spec, context.inputShape(0)), gradient)
    };
  }
}
