package dev.espalier.prune.compile;

import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.BatchNorm;
import dev.espalier.autograd.op.Checkpointed;
import dev.espalier.autograd.op.Concat;
import dev.espalier.autograd.op.Expand;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.GatherRows;
import dev.espalier.autograd.op.Max;
import dev.espalier.autograd.op.Narrow;
import dev.espalier.autograd.op.PadAxis;
import dev.espalier.autograd.op.Permute;
import dev.espalier.autograd.op.Pick;
import dev.espalier.autograd.op.Reshape;
import dev.espalier.autograd.op.ScatterAddRows;
import dev.espalier.autograd.op.Sum;
import dev.espalier.autograd.op.Unpick;

/** Frees a recorded operation from the batch size of the example, or refuses it by name. */
final class BatchSize {
  private BatchSize() {}

  /**
   * The operation for any batch size.
   *
   * @throws IllegalArgumentException if the example's batch is part of it
   */
  static Op anyBatch(Op op, Variable result) {
    Variable input = result.node().inputs().getFirst();
    return switch (op) {
      case Reshape _ when keepsRows(input, result) ->
          result.shape().rank() == 2 ? new Flatten() : reshape(result);
      case Reshape _, Expand _ -> throw refusal(op, input, result, "contains the batch size");
      case Narrow(int axis, _, _) when axis == 0 -> throw mixes(op, input, result);
      case PadAxis(int axis, _, _) when axis == 0 -> throw mixes(op, input, result);
      case Concat(int axis) when result.shape().axis(axis) == 0 -> throw mixes(op, input, result);
      case Max(int axis, _) when axis == 0 -> throw mixes(op, input, result);
      case Sum(boolean[] axes, _) when axes.length > 0 && axes[0] -> throw mixes(op, input, result);
      case Permute(int[] order) when order.length > 0 && order[0] != 0 ->
          throw mixes(op, input, result);
      case GatherRows _, ScatterAddRows _, Pick _, Unpick _ -> throw mixes(op, input, result);
      case BatchNorm _ -> throw refusal(op, input, result, "normalises by the batch");
      case Checkpointed _ -> throw refusal(op, input, result, "hides its layers");
      default -> op;
    };
  }

  private static boolean keepsRows(Variable input, Variable result) {
    return result.shape().rank() > 0 && input.shape().rank() > 0 && result.dim(0) == input.dim(0);
  }

  private static Reshape reshape(Variable result) {
    int[] dims = result.shape().toArray();
    dims[0] = -1;
    return new Reshape(dims);
  }

  private static IllegalArgumentException mixes(Op op, Variable input, Variable result) {
    return refusal(op, input, result, "mixes the rows of the batch");
  }

  static IllegalArgumentException refusal(Op op, Variable input, Variable result, String why) {
    return new IllegalArgumentException(
        "compile: operation '%s' from %s to %s %s; in evaluation mode every row must be computed on its own, with the batch in axis 0; compile the layers around it, or run the module itself"
            .formatted(op.name(), input.shape(), result.shape(), why));
  }
}
