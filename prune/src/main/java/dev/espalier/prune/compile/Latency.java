package dev.espalier.prune.compile;

import java.util.Arrays;

/**
 * Measured run times of one model on one batch size.
 *
 * @param medianMillis the figure to quote
 * @param p10Millis tenth percentile
 * @param p90Millis ninetieth percentile
 * @param runs how many were timed
 */
public record Latency(double medianMillis, double p10Millis, double p90Millis, int runs) {
  static Latency of(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latency(
        sorted[sorted.length / 2] / 1e6,
        sorted[sorted.length / 10] / 1e6,
        sorted[sorted.length * 9 / 10] / 1e6,
        sorted.length);
  }
}
