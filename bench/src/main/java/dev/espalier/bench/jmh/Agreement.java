package dev.espalier.bench.jmh;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Reduce;

/** The check that comes before the timing. */
final class Agreement {
  /** Relative to the largest element: float32 sums of a few thousand terms in different orders. */
  private static final double TOLERANCE = 1e-4;

  private Agreement() {}

  static void require(String what, Tensor actual, Tensor expected) {
    double error = Reduce.max(Elementwise.abs(Elementwise.sub(actual, expected)), false).item();
    double scale = Reduce.max(Elementwise.abs(expected), false).item();
    if (!(error <= TOLERANCE * scale)) {
      throw new IllegalStateException(
          "%s: results differ by %.3g where the largest is %.3g".formatted(what, error, scale));
    }
  }
}
