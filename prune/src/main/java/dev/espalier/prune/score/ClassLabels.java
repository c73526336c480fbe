package dev.espalier.prune.score;

import dev.espalier.autograd.Variable;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;

/** Scorers by class need class scores and class labels. */
final class ClassLabels {
  private ClassLabels() {}

  /** Refuses what is not output [N, C] with labels int64 [N]. */
  static void require(String scorer, Variable output, Tensor labels) {
    if (output.shape().rank() != 2
        || labels.dtype() != DType.INT64
        || labels.rank() != 1
        || labels.dim(0) != output.dim(0)) {
      throw new IllegalArgumentException(
          "scorer '%s' needs class scores [N, C] and labels int64 [N] but the output has shape %s and the targets are %s of shape %s"
              .formatted(scorer, output.shape(), labels.dtype(), labels.shape()));
    }
  }
}
