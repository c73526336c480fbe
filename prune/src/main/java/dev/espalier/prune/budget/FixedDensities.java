package dev.espalier.prune.budget;

import dev.espalier.nn.Names;
import dev.espalier.prune.Budget;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Densities {@code d_l} that are given layer by layer, as papers print them; what is not named
 * stays whole.
 *
 * <p>They hold at the end, where the model has the density {@code d* = Σ n_l d_l / Σ n_l}. A
 * schedule that is on its way, at a density {@code d > d*} of the model, prunes all layers in
 * proportion: the sparsity of each is {@code (1 - d_l) (1 - d) / (1 - d*)}, whatever law the
 * schedule follows. Densities below {@code d*} are refused. Source: the tables of S. Han et al.,
 * Learning both Weights and Connections (2015), whose layers were set one by one.
 *
 * @param byLayer densities in (0, 1] by name of layer ({@code fc1}), of its weight ({@code
 *     fc1.weight}) or of layers tied together
 */
public record FixedDensities(NavigableMap<String, Double> byLayer) implements Budget {
  private static final double ROUNDING = 1e-9;
  private static final String WEIGHT = ".weight";

  /** Copies and checks them. */
  public FixedDensities {
    byLayer = Collections.unmodifiableNavigableMap(new TreeMap<>(byLayer));
    byLayer.forEach(
        (layer, density) -> {
          if (!(density > 0 && density <= 1)) {
            throw new IllegalArgumentException(
                "densities: that of layer '%s' must lie in (0, 1] but is %s"
                    .formatted(layer, density));
          }
        });
    if (byLayer.values().stream().allMatch(density -> density == 1)) {
      throw new IllegalArgumentException(
          "densities: %s prune nothing; give some layer a density below 1".formatted(byLayer));
    }
  }

  /** From any map. */
  public FixedDensities(Map<String, Double> byLayer) {
    this(new TreeMap<>(byLayer));
  }

  @Override
  public String name() {
    return byLayer.entrySet().stream()
        .map(it -> it.getKey() + " " + it.getValue())
        .collect(Collectors.joining(", ", "per-layer(", ")"));
  }

  @Override
  public OptionalDouble fixedDensity(List<Layer> layers) {
    return OptionalDouble.of(mean(layers, given(layers)));
  }

  @Override
  public double[] densities(List<Layer> layers, double density) {
    double[] densities = given(layers);
    double last = mean(layers, densities);
    if (density < last - ROUNDING) {
      throw new IllegalArgumentException(
          "density %s: the densities of the layers, %s, come to %s, and nothing below"
              .formatted(density, byLayer, last));
    }
    if (density > last) {
      double share = (1 - density) / (1 - last);
      for (int i = 0; i < densities.length; i++) {
        densities[i] = 1 - (1 - densities[i]) * share;
      }
    }
    return densities;
  }

  private static double mean(List<Layer> layers, double[] densities) {
    double total = 0;
    double kept = 0;
    for (int i = 0; i < densities.length; i++) {
      total += layers.get(i).groups();
      kept += layers.get(i).groups() * densities[i];
    }
    return total == 0 ? 1 : kept / total;
  }

  /** The densities at the end, in the order of the layers. */
  private double[] given(List<Layer> layers) {
    double[] given = new double[layers.size()];
    Arrays.fill(given, 1);
    Set<String> unmet = new TreeSet<>(byLayer.keySet());
    for (int i = 0; i < given.length; i++) {
      Set<String> names = names(layers.get(i));
      names.retainAll(byLayer.keySet());
      Set<Double> values = names.stream().map(byLayer::get).collect(Collectors.toSet());
      if (values.size() > 1) {
        throw new IllegalArgumentException(
            "densities: %s are one set of groups, '%s', but are given different ones"
                .formatted(names, layers.get(i).name()));
      }
      if (!values.isEmpty()) {
        given[i] = values.iterator().next();
      }
      unmet.removeAll(names);
    }
    if (!unmet.isEmpty()) {
      List<String> known = layers.stream().map(it -> it.name().replace(WEIGHT, "")).toList();
      throw new IllegalArgumentException(
          "densities: "
              + Names.unknown("layer to prune", unmet.iterator().next(), known).getMessage());
    }
    return given;
  }

  /** What a layer may be called. */
  private static Set<String> names(Layer layer) {
    Set<String> names = new LinkedHashSet<>(List.of(layer.name()));
    names.add(layer.name().replace(WEIGHT, ""));
    for (String weight : layer.name().split("\\+", -1)) {
      names.add(weight);
      names.add(weight.replace(WEIGHT, ""));
    }
    return names;
  }
}
