package dev.espalier.prune;

import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The score below which groups of a layer go. */
interface Threshold {
  double of(GroupSet set, Tensor scores);

  /**
   * Thresholds by name of layer or weight; layers without one keep everything.
   *
   * @param named says which sets a name stands for
   */
  static Threshold named(
      Map<String, Double> thresholds, Function<Set<String>, boolean[]> named, List<GroupSet> sets) {
    Map<GroupSet, Double> limits = new IdentityHashMap<>();
    thresholds.forEach(
        (name, threshold) -> {
          if (threshold.isNaN()) {
            throw new IllegalArgumentException("threshold of layer '%s': is NaN".formatted(name));
          }
          boolean[] meant = named.apply(Set.of(name));
          for (int i = 0; i < meant.length; i++) {
            if (meant[i]) {
              limits.put(sets.get(i), threshold);
            }
          }
        });
    return (set, _) -> limits.getOrDefault(set, Double.NEGATIVE_INFINITY);
  }

  /** One threshold for each set. */
  static Threshold each(List<GroupSet> sets, double... thresholds) {
    Map<GroupSet, Double> limits = new IdentityHashMap<>();
    for (int i = 0; i < thresholds.length; i++) {
      limits.put(sets.get(i), thresholds[i]);
    }
    return (set, _) -> limits.get(set);
  }

  /** The mean less some standard deviations, over the groups that are alive. */
  static Threshold outliers(double deviations) {
    if (!(deviations >= 0)) {
      throw new IllegalArgumentException(
          "outliers: the number of deviations must not be negative but is " + deviations);
    }
    return (_, scores) -> {
      double[] alive = Arrays.stream(scores.toDoubleArray()).filter(Double::isFinite).toArray();
      double mean = Arrays.stream(alive).average().orElse(0);
      double variance = Arrays.stream(alive).map(s -> (s - mean) * (s - mean)).average().orElse(0);
      return mean - deviations * Math.sqrt(variance);
    };
  }
}
