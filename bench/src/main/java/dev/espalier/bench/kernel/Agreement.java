package dev.espalier.bench.kernel;

import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;

/** The check that comes before the timing: some elements of the result, by plain loops. */
final class Agreement {
  private static final int SAMPLES = 257;

  private Agreement() {}

  /**
   * Compares the first and last elements and random ones between.
   *
   * @throws IllegalStateException if one is out of tolerance
   */
  static void require(String what, Workload workload, LongToDoubleFunction actual) {
    long count = workload.elements();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < SAMPLES && count > 0; i++) {
      long element =
          count <= SAMPLES
              ? i % count
              : switch (i) {
                case 0 -> 0;
                case 1 -> count - 1;
                default -> random.nextLong(count);
              };
      Expected expected = workload.expected(element);
      double error = Math.abs(actual.applyAsDouble(element) - expected.value());
      if (!(error <= expected.tolerance())) {
        throw new IllegalStateException(
            "%s: element %d is %.9g but must be %.9g within %.3g"
                .formatted(
                    what,
                    element,
                    actual.applyAsDouble(element),
                    expected.value(),
                    expected.tolerance()));
      }
    }
  }
}
