package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * [N, …] to [N, rest]: keeps the first axis and joins the others. PyTorch: {@code torch.flatten(x,
 * 1)}.
 */
public record Flatten() implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return inputs[0].reshape(inputs[0].dim(0), columns(inputs[0].shape()));
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient.reshape(context.inputShape(0).toArray())};
  }

  private static int columns(Shape shape) {
    int columns = 1;
    for (int axis = 1; axis < shape.rank(); axis++) {
      columns = Math.multiplyExact(columns, shape.dim(axis));
    }
    return columns;
  }
}
