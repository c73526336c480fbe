package dev.espalier.bench.reproduce;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Spearman's rank correlation: Pearson's of the ranks, where equal values share the mean of their
 * ranks. 0 if all values of a side are equal. SciPy: {@code scipy.stats.spearmanr}.
 */
final class Spearman {
  private Spearman() {}

  /**
   * The correlation of two rankings of the same things.
   *
   * @throws IllegalArgumentException if there are not as many of one as of the other
   */
  static double of(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "spearman: %d values cannot be paired with %d".formatted(x.length, y.length));
    }
    double[] a = ranks(x);
    double[] b = ranks(y);
    double mean = (x.length + 1) / 2.0;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (a[i] - mean) * (b[i] - mean);
      aa += (a[i] - mean) * (a[i] - mean);
      bb += (b[i] - mean) * (b[i] - mean);
    }
    return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
  }

  /** Ranks from 1. */
  static double[] ranks(double... values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] ranks = new double[values.length];
    int first = 0;
    while (first < order.length) {
      int end = first + 1;
      while (end < order.length && values[order[end]] == values[order[first]]) {
        end++;
      }
      double shared = (first + 1 + end) / 2.0;
      Arrays.stream(order, first, end).forEach(i -> ranks[i] = shared);
      first = end;
    }
    return ranks;
  }
}
