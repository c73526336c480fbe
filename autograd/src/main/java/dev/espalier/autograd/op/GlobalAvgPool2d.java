package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;

/**
 * Mean over the pixels of [N, C, H, W], giving [N, C, 1, 1]. PyTorch: {@code adaptive_avg_pool2d(x,
 * 1)}.
 */
public record GlobalAvgPool2d() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Reduce.mean(inputs[0], true, 2, 3);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Shape full = context.inputShape(0);
    double pixels = (double) full.dim(2) * full.dim(3);
    return new Variable[] {gradient.mul(1 / pixels).expand(full)};
  }
}
