package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** What a reader must know before comparing figures: gaps and inequalities found in the trials. */
final class Caveats {

  private static final double TARGET_TOLERANCE = 0.05;
  private static final int LISTED = 3;

  private Caveats() {}

  static List<String> of(Summary summary) {
    List<String> caveats = new ArrayList<>();
    summary.pairs().forEach(pair -> ofPair(pair, caveats));
    List<TrialResult> trials = summary.trials();
    mixed("processors", trials, trial -> trial.provenance().cpu(), caveats);
    mixed("thread counts", trials, trial -> trial.provenance().threads(), caveats);
    mixed("backends", trials, trial -> trial.provenance().provider(), caveats);
    mixed("source revisions", trials, trial -> trial.provenance().commit(), caveats);
    mixed("kernel tables", trials, trial -> trial.provenance().crossoverDigest(), caveats);
    return caveats;
  }

  private static void ofPair(PairSummary pair, List<String> caveats) {
    if (pair.seeds().size() == 1) {
      caveats.add(pair.name() + ": one seed, so no spread can be stated.");
    }
    for (OperatingPoint point : pair.points()) {
      if (point.n() < pair.seeds().size()) {
        caveats.add(
            "%s, %s at %s: %d of %d seeds."
                .formatted(
                    pair.name(),
                    point.method(),
                    PageText.ratio(point.ratio()),
                    point.n(),
                    pair.seeds().size()));
      }
    }
    missingPoints(pair, caveats);
    missedTargets(pair, caveats);
    unequalStarts(pair, caveats);
    mixed("batch sizes for " + pair.name(), pair.trials(), TrialResult::batch, caveats);
    mixed(
        "data digests for " + pair.name(),
        pair.trials(),
        trial -> trial.provenance().dataDigest(),
        caveats);
  }

  private static void missingPoints(PairSummary pair, List<String> caveats) {
    for (String method : pair.methods()) {
      List<String> missing =
          pair.ratios().stream()
              .filter(ratio -> pair.point(method, ratio).isEmpty())
              .map(PageText::ratio)
              .toList();
      if (!missing.isEmpty()) {
        caveats.add(
            "%s, %s: no trial at %s.".formatted(pair.name(), method, String.join(", ", missing)));
      }
    }
  }

  private static void missedTargets(PairSummary pair, List<String> caveats) {
    for (String method : pair.methods()) {
      List<String> missed = new ArrayList<>();
      for (OperatingPoint point : pair.pointsOf(method)) {
        double reached = point.reached().mean();
        if (Math.abs(reached / point.ratio() - 1) > TARGET_TOLERANCE) {
          missed.add(PageText.times(reached) + " instead of " + PageText.ratio(point.ratio()));
        }
      }
      if (!missed.isEmpty()) {
        caveats.add("%s, %s: reached %s.".formatted(pair.name(), method, shortened(missed)));
      }
    }
  }

  private static String shortened(List<String> items) {
    if (items.size() <= LISTED) {
      return String.join(", ", items);
    }
    String listed = String.join(", ", items.subList(0, LISTED));
    return listed + " and so on at " + items.size() + " ratios";
  }

  private static void unequalStarts(PairSummary pair, List<String> caveats) {
    Map<Long, TreeSet<Double>> bySeed = new TreeMap<>();
    for (TrialResult trial : pair.trials()) {
      bySeed.computeIfAbsent(trial.key().seed(), seed -> new TreeSet<>()).add(trial.dense().top1());
    }
    bySeed.forEach(
        (seed, accuracies) -> {
          if (accuracies.size() > 1) {
            caveats.add(
                "%s, seed %d: the methods do not start from the same dense network (top-1 %s to %s %%)."
                    .formatted(
                        pair.name(),
                        seed,
                        Numbers.percent(accuracies.first()),
                        Numbers.percent(accuracies.last())));
          }
        });
  }

  private static void mixed(
      String what,
      List<TrialResult> trials,
      Function<TrialResult, Object> field,
      List<String> caveats) {
    List<String> values =
        trials.stream().map(field).distinct().map(String::valueOf).sorted().toList();
    if (values.size() > 1) {
      caveats.add("Different " + what + ": " + String.join("; ", values) + ".");
    }
  }
}
