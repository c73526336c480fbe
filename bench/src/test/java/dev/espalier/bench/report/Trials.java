package dev.espalier.bench.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Small results with figures that can be checked by hand. */
final class Trials {

  static final Provenance PROVENANCE =
      new Provenance(
          "sha256:aa",
          new TreeMap<>(Map.of("epochs", "3", "learning-rate", "0.1")),
          List.of(1L, 2L),
          "25.0.3",
          "Linux",
          "Some CPU",
          2,
          1,
          "vector",
          "abc123",
          "0.1.0",
          "sha256:bb",
          Instant.parse("2026-01-02T03:04:05Z"),
          Instant.parse("2026-01-02T03:05:05Z"));

  private Trials() {}

  /**
   * Two methods at ratios 2, 4, 8 with seeds 1 and 2 on a network of 800 parameters. Magnitude
   * loses nothing for seed 1 and 1 point for seed 2, whatever the ratio; random loses 10 points
   * more.
   */
  static List<TrialResult> small() {
    List<TrialResult> trials = new ArrayList<>();
    for (String method : List.of("magnitude", "random")) {
      for (double ratio : List.of(2.0, 4.0, 8.0)) {
        trials.add(trial(method, ratio, 1, 0.90 - (method.equals("random") ? 0.1 : 0)));
        trials.add(trial(method, ratio, 2, 0.91 - (method.equals("random") ? 0.1 : 0)));
      }
    }
    return trials;
  }

  /** A trial whose dense twin has top-1 0.90 for seed 1 and 0.92 for every other seed. */
  static TrialResult trial(String method, double ratio, long seed, double top1) {
    return trial(new TrialKey("net", "digits", method, ratio, seed), top1);
  }

  static TrialResult trial(TrialKey key, double top1) {
    long left = Math.round(800 / key.ratio());
    double dense = key.seed() == 1 ? 0.90 : 0.92;
    return new TrialResult(
        key,
        new Composition("element", key.method(), "global", "one-shot", "continue"),
        new Measurement(top1, Math.min(1, top1 + 0.05), left, 2 * left, 6 * left, 1 / key.ratio()),
        new Measurement(dense, 0.99, 800, 1600, 3200, 2),
        128,
        OptionalDouble.of(top1 / 2),
        OptionalDouble.of(top1 / 2 + 0.25),
        3,
        1.5,
        OptionalLong.of(9 * left),
        OptionalLong.of(2400),
        List.of(new LayerResult("fc", List.of(40, 20), 800, left, 2 * left)),
        List.of(),
        "sha256:cc",
        PROVENANCE);
  }

  /**
   * The same trial after rounds at these ratios, each with a point less before training than after
   * it, where it has a tenth of the ratio's points less than the trial.
   */
  static TrialResult withRounds(TrialResult trial, double... ratios) {
    List<RoundResult> rounds = new ArrayList<>();
    for (double ratio : ratios) {
      double top1 = trial.pruned().top1() - ratio / 1000;
      rounds.add(
          new RoundResult(
              rounds.size() + 1,
              1 / ratio,
              ratio,
              Math.round(1600 / ratio),
              top1 - 0.01,
              top1,
              rounds.size()));
    }
    return new TrialResult(
        trial.key(),
        trial.composition(),
        trial.pruned(),
        trial.dense(),
        trial.batch(),
        trial.top1BeforeFinetune(),
        trial.top5BeforeFinetune(),
        trial.epochs(),
        trial.trainSeconds(),
        trial.trainMacs(),
        trial.trainMacsDense(),
        trial.layers(),
        rounds,
        trial.maskDigest(),
        trial.provenance());
  }

  /** The same trial of a method with another fine-tuning. */
  static TrialResult tunedBy(String fineTune, TrialResult trial) {
    return new TrialResult(
        trial.key(),
        new Composition("element", trial.key().method(), "local", "rate-20", fineTune),
        trial.pruned(),
        trial.dense(),
        trial.batch(),
        trial.top1BeforeFinetune(),
        trial.top5BeforeFinetune(),
        trial.epochs(),
        trial.trainSeconds(),
        trial.trainMacs(),
        trial.trainMacsDense(),
        trial.layers(),
        trial.rounds(),
        trial.maskDigest(),
        trial.provenance());
  }

  /** The same trial, said to come from elsewhere. */
  static TrialResult from(Provenance provenance, TrialResult trial) {
    return new TrialResult(
        trial.key(),
        trial.composition(),
        trial.pruned(),
        trial.dense(),
        trial.batch(),
        trial.top1BeforeFinetune(),
        trial.top5BeforeFinetune(),
        trial.epochs(),
        trial.trainSeconds(),
        trial.trainMacs(),
        trial.trainMacsDense(),
        trial.layers(),
        trial.rounds(),
        trial.maskDigest(),
        provenance);
  }
}
