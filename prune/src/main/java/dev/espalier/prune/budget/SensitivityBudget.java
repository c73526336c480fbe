package dev.espalier.prune.budget;

import dev.espalier.prune.Budget;
import dev.espalier.prune.SensitivityAnalysis;
import dev.espalier.prune.SensitivityAnalysis.Curve;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The same loss of accuracy for every layer: each keeps the smallest share at which, pruned alone,
 * the model loses at most t, with t such that the whole model has the density asked for.
 *
 * <p>Between measured densities accuracy is taken as linear, after it has been made non-decreasing
 * in the density; below the smallest one it falls on at the same slope. Source: sensitivity
 * analysis as in S. Han et al., Learning both Weights and Connections (2015), and H. Li et al.
 * (2016), who set the shares by eye.
 *
 * @param analysis what was measured
 */
public record SensitivityBudget(SensitivityAnalysis analysis) implements Budget {
  private static final int HALVINGS = 60;

  @Override
  public String name() {
    return "sensitivity";
  }

  @Override
  public double[] densities(List<Layer> layers, double density) {
    Map<String, Curve> curves =
        analysis.curves().stream().collect(Collectors.toMap(Curve::layer, Function.identity()));
    for (Layer layer : layers) {
      if (!curves.containsKey(layer.name())) {
        throw new IllegalArgumentException(
            "budget 'sensitivity': layer '%s' was not analysed, but %s; analyse the same structure"
                .formatted(layer.name(), curves.keySet()));
      }
    }
    double total = layers.stream().mapToDouble(Layer::groups).sum();
    double low = 0;
    double high = layers.stream().mapToDouble(l -> curves.get(l.name()).dropAt(0)).max().orElse(0);
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      double kept = 0;
      for (Layer layer : layers) {
        kept += layer.groups() * curves.get(layer.name()).densityFor(middle);
      }
      if (kept > density * total) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return scaled(layers, curves, density, low, high);
  }

  /** Mixes the two neighbouring tolerances, since a flat curve makes the density jump. */
  private static double[] scaled(
      List<Layer> layers, Map<String, Curve> curves, double density, double low, double high) {
    double[] more = new double[layers.size()];
    double[] less = new double[layers.size()];
    double total = 0;
    double keptMore = 0;
    double keptLess = 0;
    for (int i = 0; i < more.length; i++) {
      Layer layer = layers.get(i);
      more[i] = curves.get(layer.name()).densityFor(low);
      less[i] = curves.get(layer.name()).densityFor(high);
      total += layer.groups();
      keptMore += layer.groups() * more[i];
      keptLess += layer.groups() * less[i];
    }
    if (density * total >= keptMore) {
      return raised(more, total == 0 ? 1 : keptMore / total, density);
    }
    double share = keptMore == keptLess ? 0 : (density * total - keptLess) / (keptMore - keptLess);
    for (int i = 0; i < more.length; i++) {
      less[i] = Math.clamp(less[i] + share * (more[i] - less[i]), 0, 1);
    }
    return less;
  }

  /** Even no loss at all keeps less than asked for: the rest is given out evenly. */
  private static double[] raised(double[] densities, double mean, double density) {
    double share = mean >= 1 ? 0 : (density - mean) / (1 - mean);
    for (int i = 0; i < densities.length; i++) {
      densities[i] += share * (1 - densities[i]);
    }
    return densities;
  }
}
