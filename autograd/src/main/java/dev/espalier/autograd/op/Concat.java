package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;

/**
 * Joins tensors along one axis; each gets its range of the gradient. PyTorch: {@code torch.cat}.
 */
public record Concat(int axis) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Indexing.concat(axis, inputs);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    int axis = gradient.shape().axis(this.axis);
    Variable[] parts = new Variable[context.inputCount()];
    int start = 0;
    for (int i = 0; i < parts.length; i++) {
      int length = context.inputShape(i).dim(axis);
      parts[i] = context.needs(i) ? gradient.narrow(axis, start, length) : null;
      start += length;
    }
    return parts;
  }
}
