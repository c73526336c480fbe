package dev.espalier.bench.report;

/**
 * What limits are held against: one network at the end of its trial, after a round of it, or dense.
 *
 * @param top1 accuracy after fine-tuning, a fraction
 * @param top1BeforeFinetune the same before; NaN if there is none
 * @param dense that of the dense network of the same seed
 * @param speedup dense over remaining multiply-adds
 * @param latency pruned over dense latency; NaN if it was not measured
 * @param compression parameters over non-zero ones
 */
record Finding(
    double top1,
    double top1BeforeFinetune,
    double dense,
    double speedup,
    double latency,
    double compression) {

  static Finding of(TrialResult trial) {
    return new Finding(
        trial.pruned().top1(),
        trial.top1BeforeFinetune().orElse(Double.NaN),
        trial.dense().top1(),
        trial.theoreticalSpeedup(),
        trial.pruned().latencyMs() / trial.dense().latencyMs(),
        trial.compression());
  }

  static Finding of(TrialResult trial, RoundResult round) {
    return new Finding(
        round.top1(),
        round.top1BeforeFinetune(),
        trial.dense().top1(),
        (double) trial.dense().flops() / round.flops(),
        Double.NaN,
        round.ratio());
  }

  /** The dense network of a trial, which has nothing to be tuned again. */
  static Finding dense(TrialResult trial) {
    double top1 = trial.dense().top1();
    return new Finding(top1, top1, top1, 1, 1, 1);
  }
}
