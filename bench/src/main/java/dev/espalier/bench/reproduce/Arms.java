package dev.espalier.bench.reproduce;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A figure of every arm of an experiment, seed by seed. */
final class Arms {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();

  /** Adds the figure of the next seed. */
  void add(String arm, double value) {
    values.computeIfAbsent(arm, _ -> new ArrayList<>()).add(value);
  }

  /** The figures of an arm by seed. */
  List<Double> of(String arm) {
    return List.copyOf(values.get(arm));
  }

  /** How much larger the figures of an arm are than another's, by seed. */
  List<Double> difference(String arm, String other) {
    List<Double> a = values.get(arm);
    List<Double> b = values.get(other);
    return IntStream.range(0, a.size()).mapToObj(i -> a.get(i) - b.get(i)).toList();
  }

  /** Every arm as a figure without a limit. */
  List<Finding> reported(String what, Unit unit) {
    return values.entrySet().stream()
        .map(it -> Finding.reported(what + it.getKey(), unit, List.copyOf(it.getValue())))
        .toList();
  }

  /** The latest figure of each arm, for a line of progress. */
  String latest(Unit unit) {
    return String.join(
        ", ",
        values.entrySet().stream()
            .map(it -> it.getKey() + " " + unit.text(it.getValue().getLast()))
            .toList());
  }
}
