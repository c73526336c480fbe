package dev.espalier.bench.machine;

import dev.espalier.prune.compile.CompiledModel;
import java.util.Arrays;

/**
 * Latencies of two compiled models on one batch size, measured in turn so that a slower phase of
 * the machine meets both.
 *
 * @param millis median over the rounds of the first model's medians
 * @param otherMillis the same of the second
 */
public record PairedLatency(double millis, double otherMillis) {
  private static final int ROUNDS = 7;

  /** Until kernels are compiled, which takes a process as long as this once. */
  private static final double SETTLING_SECONDS = 1.5;

  private static boolean settled;

  /**
   * Measures both for {@code seconds} each, after rounds that do not count.
   *
   * @param batch rows per call
   */
  public static PairedLatency of(
      CompiledModel model, CompiledModel other, int batch, double seconds) {
    double round = seconds / ROUNDS;
    double settling = settle() ? SETTLING_SECONDS : round;
    model.benchmark(batch, settling);
    other.benchmark(batch, settling);
    double[] medians = new double[ROUNDS];
    double[] otherMedians = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      medians[i] = model.benchmark(batch, round).medianMillis();
      otherMedians[i] = other.benchmark(batch, round).medianMillis();
    }
    return new PairedLatency(median(medians), median(otherMedians));
  }

  private static synchronized boolean settle() {
    boolean first = !settled;
    settled = true;
    return first;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** How many times faster the first model is. */
  public double speedUp() {
    return otherMillis / millis;
  }
}
