package dev.espalier.autograd.op;

import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;
import java.util.Arrays;

/**
 * Sum over the axes marked true; the gradient is repeated along them. PyTorch: {@code torch.sum}.
 */
public record Sum(boolean[] axes, boolean keepDims) implements Op {
  /** The sum over the given axes of a shape, over all if none is given. */
  public static Sum over(Shape shape, boolean keepDims, int... axes) {
    boolean[] marked = new boolean[shape.rank()];
    Arrays.fill(marked, axes.length == 0);
    for (int axis : axes) {
      marked[shape.axis(axis)] = true;
    }
    return new Sum(marked, keepDims);
  }

  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    int[] chosen = java.util.stream.IntStream.range(0, axes.length).filter(i -> axes[i]).toArray();
    return chosen.length == 0 ? inputs[0].alias() : Reduce.sum(inputs[0], keepDims, chosen);
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    Shape full = context.inputShape(0);
    Shape kept = full;
    for (int axis = 0; axis < axes.length; axis++) {
      kept = axes[axis] ? kept.with(axis, 1) : kept;
    }
    return new Variable[] {gradient.reshape(kept.toArray()).expand(full)};
  }
}
