package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Indexing;

/**
 * {@code y[r, index[r]] = x[r]}, zero elsewhere; the gradient of {@link Pick} and the other way
 * round.
 */
public record Unpick(Tensor index, int columns) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Indexing.unpick(inputs[0], index, columns);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {Autograd.apply(new Pick(index), gradient)};
  }
}
