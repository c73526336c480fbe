package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the trials of one model on one data set show a network that a limit names.
 *
 * @param bySeed what was found of each seed
 * @param where the round, in words; empty for what a trial ends with
 */
record Sighting(SortedMap<Long, Finding> bySeed, String where) {

  /** Looks for the end of a trial of that ratio, then for the nearest of the rounds. */
  static Sighting of(List<TrialResult> trials, Criterion.Arm arm) {
    SortedMap<Long, Finding> ends = new TreeMap<>();
    List<TrialResult> others = new ArrayList<>();
    for (TrialResult trial : trials) {
      if (arm.isDense()) {
        ends.putIfAbsent(trial.key().seed(), Finding.dense(trial));
      } else if (trial.key().method().equals(arm.method())) {
        if (arm.isRatio(trial.key().ratio())) {
          ends.put(trial.key().seed(), Finding.of(trial));
        } else {
          others.add(trial);
        }
      }
    }
    return ends.isEmpty() ? ofRounds(others, arm) : new Sighting(ends, "");
  }

  private static Sighting ofRounds(List<TrialResult> trials, Criterion.Arm arm) {
    Map<Double, List<TrialResult>> byRatio = new TreeMap<>();
    trials.forEach(it -> byRatio.computeIfAbsent(it.key().ratio(), _ -> new ArrayList<>()).add(it));
    Sighting best = new Sighting(new TreeMap<>(), "");
    double bestOff = Double.POSITIVE_INFINITY;
    for (List<TrialResult> same : byRatio.values()) {
      int rounds = same.stream().mapToInt(trial -> trial.rounds().size()).max().orElse(0);
      for (int i = 0; i < rounds; i++) {
        Sighting here = round(same, i);
        double ratio =
            here.bySeed.values().stream().mapToDouble(Finding::compression).average().orElse(1);
        double off = Math.abs(ratio / arm.ratio() - 1);
        int more = Integer.compare(here.bySeed.size(), best.bySeed.size());
        if (arm.isNear(ratio) && (more > 0 || (more == 0 && off < bestOff))) {
          best = here;
          bestOff = off;
        }
      }
    }
    return best;
  }

  private static Sighting round(List<TrialResult> trials, int index) {
    SortedMap<Long, Finding> found = new TreeMap<>();
    double ratios = 0;
    for (TrialResult trial : trials) {
      if (index < trial.rounds().size()) {
        Finding finding = Finding.of(trial, trial.rounds().get(index));
        found.put(trial.key().seed(), finding);
        ratios += finding.compression();
      }
    }
    String where = "round %d, %sx".formatted(index + 1, Numbers.times(ratios / found.size()));
    return new Sighting(found, where);
  }
}
