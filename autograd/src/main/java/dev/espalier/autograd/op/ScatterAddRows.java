package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;

/**
 * {@code y[index[k], :] += x[k, :]}; the gradient of {@link GatherRows} and the other way round.
 * PyTorch: {@code torch.index_add}.
 */
public record ScatterAddRows(Tensor index, int rows) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    Shape row = inputs[0].shape();
    for (int axis = 1; axis < index.rank(); axis++) {
      row = row.without(0);
    }
    Tensor source = inputs[0];
    Tensor out = Tensor.empty(source.dtype(), row.with(0, rows), source.device()).fill(0);
    return Indexing.scatterAddRows(source, index, out);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {Autograd.apply(new GatherRows(index), gradient)};
  }
}
