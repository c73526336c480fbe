package dev.espalier.prune.compile;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Indexing;
import dev.espalier.tensor.ops.Reduce;

/**
 * Compares a compiled model with what the module computed, on the example and on twice the example.
 */
final class SelfCheck {
  private SelfCheck() {}

  static void agrees(CompiledModel model, Tensor example, Tensor expected, double tolerance) {
    compare(model.run(example), expected, tolerance);
    compare(
        twice(model, Indexing.concat(0, example, example)),
        Indexing.concat(0, expected, expected),
        tolerance);
  }

  private static Tensor twice(CompiledModel model, Tensor batch) {
    try {
      return model.run(batch);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "compile: the model runs on the example but not on twice as many rows, so its forward"
              + " pass contains the batch size: "
              + e.getMessage(),
          e);
    }
  }

  private static void compare(Tensor actual, Tensor expected, double tolerance) {
    if (expected.size() == 0) {
      return;
    }
    double error = Reduce.max(Elementwise.abs(Elementwise.sub(actual, expected)), false).item();
    double scale = Reduce.max(Elementwise.abs(expected), false).item();
    if (!(error <= tolerance * Math.max(1e-3, scale))) {
      throw new IllegalStateException(
          "compile: the compiled model differs from the module by %.3g (largest output %.3g); does its forward pass depend on values or on the batch size?"
              .formatted(error, scale));
    }
  }
}
