package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which of a study's limits its trials keep to, one verdict per limit and pair.
 *
 * @param verdicts in the order of the limits, then of the pairs
 */
public record Acceptance(List<Verdict> verdicts) {
  /** Of a study without limits. */
  public static final Acceptance NONE = new Acceptance(List.of());

  /** Copies the list. */
  public Acceptance {
    verdicts = List.copyOf(verdicts);
  }

  /**
   * A limit and what was seen of it.
   *
   * @param pair model and data set
   * @param seen over the seeds; empty if there are no results
   * @param where the round that it was seen at, empty for the end of a trial
   * @param seeds how many seeds there should be; with fewer the limit is not met
   */
  public record Verdict(
      Criterion criterion, String pair, Optional<Statistic> seen, String where, int seeds) {
    /** Whether all seeds are there and their mean keeps to the limit. */
    public boolean met() {
      return seen.filter(it -> it.n() == seeds)
          .filter(it -> criterion.holds(it.mean()))
          .isPresent();
    }

    /** What was seen, in words. */
    String sentence() {
      if (seen.isEmpty()) {
        return "no results";
      }
      List<String> remarks = new ArrayList<>();
      if (!where.isEmpty()) {
        remarks.add(where);
      }
      if (seen.get().n() < seeds) {
        remarks.add("%d of %d seeds".formatted(seen.get().n(), seeds));
      }
      return criterion.bound().text(Numbers.fixed(seen.get().mean(), 3))
          + (remarks.isEmpty() ? "" : " (" + String.join("; ", remarks) + ")");
    }
  }

  /**
   * Holds limits against trials.
   *
   * @param pairs the pairs of the study, such as {@code lenet-5/mnist}
   * @param seeds the seeds of the study; what other seeds found does not count
   */
  public static Acceptance of(
      List<Criterion> criteria,
      List<String> pairs,
      Set<Long> seeds,
      Collection<TrialResult> trials) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Criterion criterion : criteria) {
      for (String pair : pairs) {
        if (criterion.concerns(pair)) {
          List<TrialResult> some =
              trials.stream()
                  .filter(it -> pair.equals(it.key().model() + "/" + it.key().data()))
                  .filter(it -> seeds.contains(it.key().seed()))
                  .toList();
          verdicts.add(verdict(criterion, pair, seeds.size(), some));
        }
      }
    }
    return new Acceptance(verdicts);
  }

  private static Verdict verdict(
      Criterion criterion, String pair, int seeds, List<TrialResult> trials) {
    Sighting sighting = Sighting.of(trials, criterion.arm());
    Map<Long, Double> values = values(sighting, criterion);
    String where = sighting.where();
    if (criterion.than().isPresent()) {
      Sighting other = Sighting.of(trials, criterion.than().get());
      Map<Long, Double> others = values(other, criterion);
      values.keySet().retainAll(others.keySet());
      values.replaceAll((seed, value) -> value - others.get(seed));
      if (!other.where().isEmpty()) {
        where = (where.isEmpty() ? "" : where + " ") + "against " + other.where();
      }
    }
    Optional<Statistic> seen =
        values.isEmpty() ? Optional.empty() : Optional.of(Statistic.of(values.values()));
    return new Verdict(criterion, pair, seen, where, seeds);
  }

  private static Map<Long, Double> values(Sighting sighting, Criterion criterion) {
    Map<Long, Double> values = new TreeMap<>();
    sighting.bySeed().forEach((seed, found) -> values.put(seed, criterion.of(found)));
    values.values().removeIf(value -> Double.isNaN(value));
    return values;
  }

  /** Whether there are no limits. */
  public boolean isEmpty() {
    return verdicts.isEmpty();
  }

  /** Whether every limit is met. */
  public boolean allMet() {
    return verdicts.stream().allMatch(Verdict::met);
  }

  /** Such as {@code 3 of 4 limits met}; a limit for several pairs counts once for each. */
  public String total() {
    return "%d of %s met"
        .formatted(
            verdicts.stream().filter(Verdict::met).count(),
            PageText.counted(verdicts.size(), "limit"));
  }

  /** Aligned columns for a terminal. */
  public String table() {
    TextTable table = new TextTable(header().size(), header());
    verdicts.forEach(verdict -> table.row(row(verdict)));
    return table.plain();
  }

  /** The heads of the columns. */
  List<String> header() {
    return ofSeveralPairs()
        ? List.of("what", "pair", "limit", "seen", "verdict")
        : List.of("what", "limit", "seen", "verdict");
  }

  /** The cells of a verdict's row. */
  List<String> row(Verdict verdict) {
    List<String> cells = new ArrayList<>(List.of(verdict.criterion().what()));
    if (ofSeveralPairs()) {
      cells.add(verdict.pair());
    }
    cells.add(verdict.criterion().sentence());
    cells.add(verdict.sentence());
    cells.add(verdict.met() ? "met" : "NOT met");
    return cells;
  }

  private boolean ofSeveralPairs() {
    return verdicts.stream().map(Verdict::pair).distinct().count() > 1;
  }
}
