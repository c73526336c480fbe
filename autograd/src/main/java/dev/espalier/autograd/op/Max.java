package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;

/** Largest element along one axis; ties share the gradient equally. PyTorch: {@code torch.amax}. */
public record Max(int axis, boolean keepDims) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    return Reduce.max(inputs[0], keepDims, axis);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Tensor x = context.input(0).tensor();
    Tensor winners = Elementwise.equal(x, Reduce.max(x, true, axis));
    Tensor share = Elementwise.div(winners, Reduce.sum(winners, true, axis));
    int[] kept = x.shape().with(axis, 1).toArray();
    return new Variable[] {gradient.reshape(kept).mul(Variable.of(share))};
  }
}
