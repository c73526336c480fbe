package dev.espalier.bench.study;

import dev.espalier.bench.report.RoundResult;
import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.train.Metrics;
import dev.espalier.prune.MethodRun;
import dev.espalier.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a trial's network is worth before and after each training that follows a pruning. */
final class RoundLog {
  private final Training training;
  private final Module module;
  private final Shape input;
  private final List<RoundResult> rounds = new ArrayList<>();
  private Metrics before;
  private Metrics after;

  RoundLog(Training training, Module module, Shape input) {
    this.training = training;
    this.module = module;
    this.input = input;
  }

  /**
   * Listens to a run.
   *
   * @param startsTrained whether the network is worth anything before it is trained on
   */
  MethodRun follow(MethodRun run, boolean startsTrained) {
    if (startsTrained) {
      run.whenPruned(_ -> before = training.evaluate(module));
    }
    return run.whenTrained(round -> trained(round, run.latestEpochs()));
  }

  private void trained(int round, int epochs) {
    after = training.evaluate(module);
    if (before != null) {
      ModelSummary summary = ModelSummary.of(module, input);
      rounds.add(
          new RoundResult(
              round,
              (double) summary.nonZero() / summary.parameters(),
              (double) summary.parameters() / summary.nonZero(),
              summary.remainingMacs(),
              before.top1(),
              after.top1(),
              epochs));
    }
  }

  /** When the last masks were in place; empty for a network that starts untrained. */
  Optional<Metrics> before() {
    return Optional.ofNullable(before);
  }

  /** At the end. */
  Metrics after() {
    return after;
  }

  /** The rounds; none if there was but one, which is the trial itself. */
  List<RoundResult> rounds() {
    return rounds.size() > 1 ? List.copyOf(rounds) : List.of();
  }
}
