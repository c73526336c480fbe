package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A study's trials by pair of model and data set, method and ratio; the order of the trials given
 * does not matter.
 *
 * @param pairs the pairs, by model, then by data set
 */
public record Summary(List<PairSummary> pairs) {

  private static final Comparator<TrialKey> ORDER =
      Comparator.comparing(TrialKey::model)
          .thenComparing(TrialKey::data)
          .thenComparing(TrialKey::method)
          .thenComparing(TrialKey::ratio)
          .thenComparing(TrialKey::seed);

  /** Copies the pairs. */
  public Summary {
    pairs = List.copyOf(pairs);
  }

  /**
   * Groups trials.
   *
   * @throws IllegalArgumentException if there are none, or two of the same key
   */
  public static Summary of(Collection<TrialResult> trials) {
    if (trials.isEmpty()) {
      throw new IllegalArgumentException(
          "no results to summarise: run a study first, or check that its results.jsonl has lines");
    }
    Map<TrialKey, TrialResult> sorted = new TreeMap<>(ORDER);
    for (TrialResult trial : trials) {
      if (sorted.putIfAbsent(trial.key(), trial) != null) {
        throw new IllegalArgumentException("two results of the same trial: " + trial.key());
      }
    }
    Map<Pair, Map<Point, List<TrialResult>>> grouped = new LinkedHashMap<>();
    for (TrialResult trial : sorted.values()) {
      TrialKey key = trial.key();
      grouped
          .computeIfAbsent(new Pair(key.model(), key.data()), pair -> new LinkedHashMap<>())
          .computeIfAbsent(new Point(key.method(), key.ratio()), point -> new ArrayList<>())
          .add(trial);
    }
    List<PairSummary> pairs = new ArrayList<>();
    grouped.forEach((pair, points) -> pairs.add(pair.over(points.values())));
    return new Summary(pairs);
  }

  private record Pair(String model, String data) {
    PairSummary over(Collection<List<TrialResult>> points) {
      return new PairSummary(model, data, points.stream().map(OperatingPoint::new).toList());
    }
  }

  private record Point(String method, double ratio) {}

  /** Every method of the study in order; a method has one colour throughout. */
  public List<String> methods() {
    return distinct(pairs.stream().flatMap(pair -> pair.methods().stream()).toList());
  }

  /** Every ratio asked for, ascending. */
  public List<Double> ratios() {
    return distinct(pairs.stream().flatMap(pair -> pair.ratios().stream()).toList());
  }

  /** Every seed, ascending. */
  public List<Long> seeds() {
    return distinct(pairs.stream().flatMap(pair -> pair.seeds().stream()).toList());
  }

  /** Every trial, by pair, method, ratio and seed. */
  public List<TrialResult> trials() {
    return pairs.stream().flatMap(pair -> pair.trials().stream()).toList();
  }

  private static <T extends Comparable<T>> List<T> distinct(Collection<T> values) {
    return List.copyOf(new TreeSet<>(values));
  }
}
