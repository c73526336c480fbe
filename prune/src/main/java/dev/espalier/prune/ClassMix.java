package dev.espalier.prune;

import java.util.Arrays;

/** Whether a batch holds about as many classes as a random draw would. */
final class ClassMix {
  /** A batch of one class is let pass where chance would give one more often than this. */
  private static final double CHANCE = 1e-3;

  private final double[] shares;

  /**
   * For a data set.
   *
   * @param counts examples of each class
   */
  ClassMix(int[] counts) {
    double total = Arrays.stream(counts).asDoubleStream().sum();
    shares = Arrays.stream(counts).mapToDouble(count -> count / total).toArray();
  }

  /**
   * Checks one batch.
   *
   * @throws IllegalArgumentException if it has one class where that is no chance, or fewer than
   *     half of the classes to be expected, {@code Σ_c 1 - (1 - p_c)^n}
   */
  void check(long[] labels, String what) {
    long distinct = Arrays.stream(labels).distinct().count();
    double expected = 0;
    double one = 0;
    for (double share : shares) {
      expected += 1 - Math.pow(1 - share, labels.length);
      one += Math.pow(share, labels.length);
    }
    if (distinct == 1 && one < CHANCE || distinct < expected / 2) {
      throw refuse(what, labels.length, distinct);
    }
  }

  /** The refusal of a batch. */
  static IllegalArgumentException refuse(String what, int examples, long distinct) {
    return new IllegalArgumentException(
        "scoring data: %s has %d examples of %s; data sorted by class misleads every scorer, so shuffle the loader or interleave the classes"
            .formatted(what, examples, distinct == 1 ? "one class" : distinct + " classes only"));
  }
}
