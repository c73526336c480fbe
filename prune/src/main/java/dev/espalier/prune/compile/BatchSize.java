package dev.espalier.prune.compile;

import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Expand;
import dev.espalier.autograd.op.Flatten;
import dev.espalier.autograd.op.Reshape;

/** Frees a recorded operation from the batch size of the example. */
final class BatchSize {
  private BatchSize() {}

  /**
   * The operation for any batch size.
   *
   * @throws IllegalArgumentException if the example's batch size is part of it
   */
  static Op anyBatch(Op op, Variable result) {
    Variable input = result.node().inputs().getFirst();
    return switch (op) {
      case Reshape _
          when result.shape().rank() > 0
              && input.shape().rank() > 0
              && result.dim(0) == input.dim(0) -> {
        if (result.shape().rank() == 2) {
          yield new Flatten();
        }
        int[] dims = result.shape().toArray();
        dims[0] = -1;
        yield new Reshape(dims);
      }
      case Reshape _, Expand _ ->
          throw new IllegalArgumentException(
              "compile: operation '%s' from %s to %s contains the batch size; keep the batch in axis 0"
                  .formatted(op.name(), input.shape(), result.shape()));
      default -> op;
    };
  }
}
