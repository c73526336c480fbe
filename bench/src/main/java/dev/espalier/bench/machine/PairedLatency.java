package dev.espalier.bench.machine;

import dev.espalier.prune.compile.CompiledModel;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Latencies of two compiled models on one batch size, measured in turn so that a slower phase of
 * the machine meets both.
 *
 * @param millis median over the rounds of the first model's medians
 * @param otherMillis the same of the second, the baseline
 */
public record PairedLatency(double millis, double otherMillis) {
  private static final int ROUNDS = 7;

  /** Kernels are compiled meanwhile, once in a process for each batch size. */
  private static final double SETTLING_SECONDS = 1.5;

  /** A round that is not this much faster than the one before ends the settling. */
  private static final double PROGRESS = 0.95;

  private static final int MOST_SETTLING_ROUNDS = 20;

  private static final Set<Integer> SETTLED = ConcurrentHashMap.newKeySet();

  /**
   * Measures both for {@code seconds} each, after rounds that do not count.
   *
   * @param batch rows per call
   */
  public static PairedLatency of(
      CompiledModel model, CompiledModel other, int batch, double seconds) {
    double round = seconds / ROUNDS;
    boolean first = SETTLED.add(batch);
    // The baseline first: of two products that share code the compiler favours the one it met
    // first.
    for (CompiledModel one : List.of(other, model)) {
      one.benchmark(batch, first ? SETTLING_SECONDS : round);
      settle(one, batch, round);
    }
    double[] medians = new double[ROUNDS];
    double[] otherMedians = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      medians[i] = model.benchmark(batch, round).medianMillis();
      otherMedians[i] = other.benchmark(batch, round).medianMillis();
    }
    return new PairedLatency(median(medians), median(otherMedians));
  }

  private static void settle(CompiledModel model, int batch, double round) {
    double last = Double.POSITIVE_INFINITY;
    for (int i = 0; i < MOST_SETTLING_ROUNDS; i++) {
      double now = model.benchmark(batch, round).medianMillis();
      if (now > PROGRESS * last) {
        return;
      }
      last = now;
    }
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
