package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;

/**
 * {@code y[k, :] = x[index[k], :]}; gradients of one row add up. PyTorch: {@code
 * torch.nn.functional.embedding}.
 */
public record GatherRows(Tensor index) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Indexing.gatherRows(inputs[0], index);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {
      Autograd.apply(new ScatterAddRows(index, context.inputShape(0).dim(0)), gradient)
    };
  }
}
