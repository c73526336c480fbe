package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;

/**
 * {@code y[r] = x[r, index[r]]}; the gradient goes to the picked elements. PyTorch: {@code
 * torch.gather(x, 1, index)}.
 */
public record Pick(Tensor index) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Indexing.pick(inputs[0], index);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      Autograd.apply(new Unpick(index, context.inputShape(0).dim(1)), gradient)
    };
  }
}
