package dev.espalier.bench.report;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * One method at one compression ratio on one model and data set, over its seeds.
 *
 * @param trials the trials summarised, by seed
 */
public record OperatingPoint(List<TrialResult> trials) {

  /** Refuses a point without trials. */
  public OperatingPoint {
    trials = List.copyOf(trials);
    Checks.atLeast("number of trials", trials.size(), 1);
  }

  /** The method's name. */
  public String method() {
    return first().key().method();
  }

  /** The compression ratio or theoretical speed-up asked for. */
  public double ratio() {
    return first().key().ratio();
  }

  /** Number of seeds. */
  public int n() {
    return trials.size();
  }

  /** Top-1 accuracy, a fraction. */
  public Statistic top1() {
    return over(trial -> trial.pruned().top1());
  }

  /** Top-5 accuracy, a fraction. */
  public Statistic top5() {
    return over(trial -> trial.pruned().top5());
  }

  /** Top-1 minus the dense network's of the same seed. */
  public Statistic top1Change() {
    return over(trial -> trial.pruned().top1() - trial.dense().top1());
  }

  /** Top-5 minus the dense network's of the same seed. */
  public Statistic top5Change() {
    return over(trial -> trial.pruned().top5() - trial.dense().top5());
  }

  /** Top-1 just after pruning; empty where a trial has none. */
  public Optional<Statistic> top1BeforeFinetune() {
    return trials.stream().allMatch(trial -> trial.top1BeforeFinetune().isPresent())
        ? Optional.of(over(trial -> trial.top1BeforeFinetune().getAsDouble()))
        : Optional.empty();
  }

  /** Top-5 just after pruning; empty where a trial has none. */
  public Optional<Statistic> top5BeforeFinetune() {
    return trials.stream().allMatch(trial -> trial.top5BeforeFinetune().isPresent())
        ? Optional.of(over(trial -> trial.top5BeforeFinetune().getAsDouble()))
        : Optional.empty();
  }

  /** Parameters divided by non-zero parameters. */
  public Statistic compression() {
    return over(TrialResult::compression);
  }

  /** What is there of what was asked for: compression or theoretical speed-up. */
  public Statistic reached() {
    return first().asksForSpeedup() ? theoreticalSpeedup() : compression();
  }

  /** Dense multiply-adds divided by remaining ones. */
  public Statistic theoreticalSpeedup() {
    return over(TrialResult::theoreticalSpeedup);
  }

  /** Dense latency divided by the pruned network's. */
  public Statistic measuredSpeedup() {
    return over(TrialResult::measuredSpeedup);
  }

  /** Bytes of the dense file divided by bytes of the pruned one. */
  public Statistic bytesRatio() {
    return over(TrialResult::bytesRatio);
  }

  /** Multiply-adds of training after the dense network; empty where a trial does not say. */
  public Optional<Statistic> trainMacs() {
    return trials.stream().allMatch(trial -> trial.trainMacs().isPresent())
        ? Optional.of(over(trial -> trial.trainMacs().getAsLong()))
        : Optional.empty();
  }

  /** The same divided by those of the dense network's training. */
  public Optional<Statistic> trainingShare() {
    return trials.stream().allMatch(trial -> trial.trainingShare().isPresent())
        ? Optional.of(over(trial -> trial.trainingShare().getAsDouble()))
        : Optional.empty();
  }

  /** A figure of the pruned network. */
  public Statistic pruned(ToDoubleFunction<Measurement> figure) {
    return over(trial -> figure.applyAsDouble(trial.pruned()));
  }

  /** Any figure of a trial. */
  public Statistic over(ToDoubleFunction<TrialResult> figure) {
    return Statistic.of(trials.stream().mapToDouble(figure).boxed().toList());
  }

  /** Mean density of a layer over the trials that have it, or empty if none does. */
  public Optional<Double> layerDensity(String layer) {
    DoubleStream densities =
        trials.stream()
            .flatMap(trial -> trial.layers().stream())
            .filter(candidate -> candidate.name().equals(layer))
            .mapToDouble(LayerResult::density);
    return densities.average().stream().boxed().findFirst();
  }

  /** The first trial, for what all trials of a point share. */
  TrialResult first() {
    return trials.get(0);
  }
}
