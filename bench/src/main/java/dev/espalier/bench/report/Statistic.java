package dev.espalier.bench.report;

import java.util.Collection;

/**
 * Mean and sample standard deviation (divisor n - 1) of the seeds of one operating point.
 *
 * @param n number of values
 * @param mean their mean
 * @param deviation their sample standard deviation, 0 for a single value
 */
public record Statistic(int n, double mean, double deviation) {

  /**
   * Summarises values.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Statistic of(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values to summarise");
    }
    int n = values.size();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double mean = sum / n;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return new Statistic(n, mean, n == 1 ? 0 : Math.sqrt(squares / (n - 1)));
  }

  /** Whether a spread can be stated: at least two values. */
  public boolean hasSpread() {
    return n > 1;
  }

  /** The same statistic in another unit. */
  Statistic scaled(double factor) {
    return new Statistic(n, factor * mean, Math.abs(factor) * deviation);
  }
}
