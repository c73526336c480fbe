package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;

/** Sums over the axes along which the input was broadcast from {@code target}. */
public record SumTo(Shape target) implements Op {
  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    return Reduce.sumTo(inputs[0], target);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    return new Variable[] {gradient.expand(context.inputShape(0))};
  }
}
