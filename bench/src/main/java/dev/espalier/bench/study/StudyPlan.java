package dev.espalier.bench.study;

import dev.espalier.bench.report.Acceptance;
import dev.espalier.bench.report.Criterion;
import dev.espalier.bench.report.TrialResult;
import dev.espalier.prune.Method;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * The grid of a study: pairs of network and data set × methods × ratios × seeds.
 *
 * @param pairs networks on data sets
 * @param methods pruning methods
 * @param ratios compression ratios above 1, or speed-ups; the dense network is always measured
 * @param seeds one dense network per seed and pair, shared by all methods
 * @param latency how latency is measured
 * @param limits what it may take of the machine
 * @param out the folder for results, report and dense networks
 * @param accept limits that the results should keep to
 * @param measure what the ratios are ratios of
 * @param networks whether the pruned network of every trial is kept in a file
 */
public record StudyPlan(
    List<StudyPair> pairs,
    List<Method> methods,
    List<Double> ratios,
    List<Long> seeds,
    LatencyPlan latency,
    Limits limits,
    Path out,
    List<Criterion> accept,
    Measure measure,
    boolean networks) {

  /** Checks numbers before anything is loaded. */
  public StudyPlan {
    pairs = List.copyOf(pairs);
    methods = List.copyOf(methods);
    ratios = List.copyOf(ratios);
    seeds = List.copyOf(seeds);
    accept = List.copyOf(accept);
    for (double ratio : ratios) {
      if (!(ratio > 1) || Double.isInfinite(ratio)) {
        throw new IllegalArgumentException(
            "study: a %s must be above 1 but is %s; the dense network is always measured"
                .formatted(measure.label(), ratio));
      }
    }
    if (pairs.isEmpty() || methods.isEmpty() || ratios.isEmpty() || seeds.isEmpty()) {
      throw new IllegalArgumentException("study: needs at least one model, method, ratio and seed");
    }
    requireDistinct("pair", pairs, StudyPair::name);
    requireDistinct("method", methods, Method::name);
    requireDistinct("ratio", ratios, Object::toString);
    requireDistinct("seed", seeds, Object::toString);
    new AcceptCheck(pairs, methods, ratios).require(accept);
  }

  /** A study of compression ratios. */
  public StudyPlan(
      List<StudyPair> pairs,
      List<Method> methods,
      List<Double> ratios,
      List<Long> seeds,
      LatencyPlan latency,
      Limits limits,
      Path out,
      List<Criterion> accept) {
    this(pairs, methods, ratios, seeds, latency, limits, out, accept, Measure.PARAMETERS, false);
  }

  /** A study of compression ratios without limits for its results. */
  public StudyPlan(
      List<StudyPair> pairs,
      List<Method> methods,
      List<Double> ratios,
      List<Long> seeds,
      LatencyPlan latency,
      Limits limits,
      Path out) {
    this(pairs, methods, ratios, seeds, latency, limits, out, List.of());
  }

  /** This, with the pruned network of every trial in a file. */
  public StudyPlan keepingNetworks() {
    return new StudyPlan(
        pairs, methods, ratios, seeds, latency, limits, out, accept, measure, true);
  }

  private static <T> void requireDistinct(String what, List<T> all, Function<T, String> name) {
    Set<String> seen = new HashSet<>();
    for (T one : all) {
      if (!seen.add(name.apply(one))) {
        throw new IllegalArgumentException(
            "study: the %s %s is given twice".formatted(what, name.apply(one)));
      }
    }
  }

  /** Which of the limits trials keep to. */
  Acceptance acceptance(List<TrialResult> trials) {
    return Acceptance.of(
        accept, pairs.stream().map(StudyPair::path).toList(), Set.copyOf(seeds), trials);
  }

  /** Number of trials. */
  public int trials() {
    return pairs.size() * methods.size() * ratios.size() * seeds.size();
  }
}
