package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Pooling;

/** Mean over windows of [N, C, H, W], padding counted as zeros. PyTorch: {@code avg_pool2d}. */
public record AvgPool2d(PoolSpec spec) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Pooling.avgPool2d(inputs[0], spec);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      Autograd.apply(new AvgPool2dGrad(spec, context.inputShape(0)), gradient)
    };
  }
}
