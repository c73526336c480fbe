package dev.espalier.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * All trials of one model on one data set.
 *
 * @param model the model's name
 * @param data the data set's name
 * @param points every method at every ratio, by method, then by ratio
 */
public record PairSummary(String model, String data, List<OperatingPoint> points) {

  /** Refuses a pair without points. */
  public PairSummary {
    points = List.copyOf(points);
    Checks.atLeast("number of operating points", points.size(), 1);
  }

  /** The pair's name for the reader: {@code lenet-5 on mnist}. */
  public String name() {
    return model + " on " + data;
  }

  /** Method names in order. */
  public List<String> methods() {
    return points.stream().map(OperatingPoint::method).distinct().toList();
  }

  /** Ratios asked for, ascending. */
  public List<Double> ratios() {
    return List.copyOf(new TreeSet<>(points.stream().map(OperatingPoint::ratio).toList()));
  }

  /** The points of one method, by ratio. */
  public List<OperatingPoint> pointsOf(String method) {
    return points.stream().filter(point -> point.method().equals(method)).toList();
  }

  /** A method at a ratio, if it was run. */
  public Optional<OperatingPoint> point(String method, double ratio) {
    return pointsOf(method).stream().filter(point -> point.ratio() == ratio).findFirst();
  }

  /** All trials. */
  public List<TrialResult> trials() {
    return points.stream().flatMap(point -> point.trials().stream()).toList();
  }

  /**
   * A figure of the dense networks: one value per seed (the mean of that seed's trials), then
   * summarised over seeds.
   */
  public Statistic dense(ToDoubleFunction<Measurement> figure) {
    Map<Long, List<Double>> bySeed = new TreeMap<>();
    for (TrialResult trial : trials()) {
      bySeed
          .computeIfAbsent(trial.key().seed(), seed -> new ArrayList<>())
          .add(figure.applyAsDouble(trial.dense()));
    }
    return Statistic.of(
        bySeed.values().stream().map(values -> Statistic.of(values).mean()).toList());
  }

  /** Multiply-adds of the dense networks' training, where trials say them. */
  public Optional<Double> denseTrainMacs() {
    return trials().stream()
        .map(TrialResult::trainMacsDense)
        .flatMapToLong(OptionalLong::stream)
        .average()
        .stream()
        .boxed()
        .findFirst();
  }

  /** Seeds, ascending. */
  public List<Long> seeds() {
    return List.copyOf(new TreeSet<>(trials().stream().map(trial -> trial.key().seed()).toList()));
  }

  /** Names of the layers in network order. */
  public List<String> layers() {
    Set<String> names = new LinkedHashSet<>();
    trials().forEach(trial -> trial.layers().forEach(layer -> names.add(layer.name())));
    return List.copyOf(names);
  }

  /** The points that none beats in both accuracy and compression. */
  public Set<OperatingPoint> paretoByCompression() {
    return ParetoFront.of(points, point -> point.compression().mean());
  }

  /** The methods of which no point is on the front of a gain: each is surpassed everywhere. */
  public Set<String> dominated(ToDoubleFunction<OperatingPoint> gain) {
    Set<String> dominated = new LinkedHashSet<>(methods());
    ParetoFront.of(points, gain).forEach(point -> dominated.remove(point.method()));
    return dominated;
  }

  /** The methods that are surpassed in compression and in both speed-ups. */
  public Set<String> dominated() {
    Set<String> dominated = dominated(point -> point.compression().mean());
    dominated.retainAll(dominated(point -> point.theoreticalSpeedup().mean()));
    dominated.retainAll(dominated(point -> point.measuredSpeedup().mean()));
    return dominated;
  }
}
