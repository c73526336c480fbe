package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;

/** The same elements in another shape (one extent may be -1). PyTorch: {@code torch.reshape}. */
public record Reshape(int[] dims) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return inputs[0].reshape(dims);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient.reshape(context.inputShape(0).toArray())};
  }
}
