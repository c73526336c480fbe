package dev.espalier.bench.report;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What limits are held against: one network at the end of its trial, after a round of it, or dense.
 *
 * @param top1 accuracy after fine-tuning, a fraction
 * @param top1BeforeFinetune the same before; NaN if there is none
 * @param dense that of the dense network of the same seed
 * @param speedup dense over remaining multiply-adds
 * @param latency pruned over dense latency; NaN if it was not measured
 * @param compression parameters over non-zero ones
 * @param layers density of each layer by the name of its weight; empty if that was not recorded
 */
record Finding(
    double top1,
    double top1BeforeFinetune,
    double dense,
    double speedup,
    double latency,
    double compression,
    Map<String, Double> layers) {
  /** Densities of layers are recorded at the end of a trial. */
  private static final Map<String, Double> UNRECORDED = Map.of();

  static Finding of(TrialResult trial) {
    return new Finding(
        trial.pruned().top1(),
        trial.top1BeforeFinetune().orElse(Double.NaN),
        trial.dense().top1(),
        trial.theoreticalSpeedup(),
        trial.pruned().latencyMs() / trial.dense().latencyMs(),
        trial.compression(),
        trial.layers().stream().collect(Collectors.toMap(LayerResult::name, LayerResult::density)));
  }

  static Finding of(TrialResult trial, RoundResult round) {
    return new Finding(
        round.top1(),
        round.top1BeforeFinetune(),
        trial.dense().top1(),
        (double) trial.dense().flops() / round.flops(),
        Double.NaN,
        round.ratio(),
        UNRECORDED);
  }

  /** The dense network of a trial, which has nothing to be tuned again. */
  static Finding dense(TrialResult trial) {
    double top1 = trial.dense().top1();
    return new Finding(top1, top1, top1, 1, 1, 1, UNRECORDED);
  }

  /** Density of a layer, by its name or that of its weight; NaN if it is unknown. */
  double kept(String layer) {
    return layers.getOrDefault(layer, layers.getOrDefault(layer + ".weight", Double.NaN));
  }
}
