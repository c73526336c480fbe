package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How much accuracy a model keeps if one layer alone is pruned, without retraining.
 *
 * <p>Source: S. Han et al., Learning both Weights and Connections (2015); H. Li et al., Pruning
 * Filters for Efficient ConvNets (2016).
 *
 * @param accuracy of the model as it was
 * @param curves one per layer
 */
public record SensitivityAnalysis(double accuracy, List<Curve> curves) {
  /** Densities measured: 10 to 90 % are pruned. */
  private static final double[] DENSITIES = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

  /** How many densities are measured of each layer. */
  public static final int POINTS = DENSITIES.length;

  /**
   * One layer's accuracies.
   *
   * @param layer name of its group set
   * @param whole accuracy with the whole layer
   * @param densities kept shares, rising, all below 1
   * @param accuracies at those
   */
  public record Curve(String layer, double whole, List<Double> densities, List<Double> accuracies) {
    /** Copies the lists. */
    public Curve {
      densities = List.copyOf(densities);
      accuracies = List.copyOf(accuracies);
    }

    /**
     * The loss of accuracy at a density: linear between the measured ones, never smaller at a lower
     * density, and everything at density 0.
     */
    public double dropAt(double density) {
      double[] at = new double[densities.size() + 2];
      double[] drop = drops(at);
      int i = 1;
      while (i < at.length - 1 && at[i] < density) {
        i++;
      }
      double share = (density - at[i - 1]) / (at[i] - at[i - 1]);
      return drop[i - 1] + share * (drop[i] - drop[i - 1]);
    }

    /** The smallest density at which no more than {@code drop} is lost. */
    public double densityFor(double drop) {
      double[] at = new double[densities.size() + 2];
      double[] drops = drops(at);
      int i = at.length - 1;
      while (i > 0 && drops[i - 1] <= drop) {
        i--;
      }
      if (i == 0) {
        return 0;
      }
      double share = (drops[i - 1] - drop) / (drops[i - 1] - drops[i]);
      return at[i - 1] + Math.min(1, share) * (at[i] - at[i - 1]);
    }

    /** Fills in the densities, with 0 and 1, and returns the drops there. */
    private double[] drops(double[] at) {
      double[] drop = new double[at.length];
      at[at.length - 1] = 1;
      for (int i = at.length - 2; i > 0; i--) {
        at[i] = densities.get(i - 1);
        drop[i] = Math.max(drop[i + 1], whole - accuracies.get(i - 1));
      }
      drop[0] = Math.max(drop[1], whole);
      return drop;
    }
  }

  /** Follows the analysis. */
  @FunctionalInterface
  public interface Listener {
    /** Does nothing. */
    Listener NONE = (_, _, _) -> {};

    /** Called after each evaluation. */
    void onPoint(String layer, double density, double accuracy);
  }

  /** Copies the list. */
  public SensitivityAnalysis {
    curves = List.copyOf(curves);
  }

  /**
   * As the other one, by the accuracy on the pruner's own data.
   *
   * @throws IllegalStateException if it has none
   */
  public static SensitivityAnalysis of(Pruner pruner, Listener listener) {
    return of(pruner, _ -> pruner.accuracy("sensitivity"), listener);
  }

  /**
   * Prunes each layer alone by a pruner's structure and scorer to 90, 80, … 10 %, and evaluates.
   * The model is afterwards as it was.
   *
   * @param evaluation accuracy of the module, in [0, 1]
   */
  public static SensitivityAnalysis of(
      Pruner pruner, ToDoubleFunction<Module> evaluation, Listener listener) {
    Module module = pruner.module();
    double whole = evaluation.applyAsDouble(module);
    List<Curve> curves = new ArrayList<>();
    try (var _ = Scope.open("sensitivity")) {
      List<GroupSet> sets = pruner.open();
      List<Tensor> scores = pruner.groupScores();
      for (int i = 0; i < sets.size(); i++) {
        GroupSet set = sets.get(i);
        List<Double> densities = new ArrayList<>();
        List<Double> accuracies = new ArrayList<>();
        for (double density : DENSITIES) {
          long kept = Selection.keepCount(set.count(), density, 1);
          double accuracy =
              masked(module, set.masks(Mask.keepLargest(scores.get(i), kept)), evaluation);
          densities.add(density);
          accuracies.add(accuracy);
          listener.onPoint(set.name(), density, accuracy);
        }
        curves.add(new Curve(set.name(), whole, densities, accuracies));
      }
    }
    return new SensitivityAnalysis(whole, curves);
  }

  /** Evaluates under soft masks, which leave the values as they are. */
  private static double masked(
      Module module, Map<Parameter, Mask> masks, ToDoubleFunction<Module> evaluation) {
    record Before(Mask mask, Parameter.MaskMode mode) {}
    Map<Parameter, Before> before = new HashMap<>();
    masks.forEach(
        (parameter, mask) -> {
          before.put(parameter, new Before(parameter.mask(), parameter.maskMode()));
          Mask both = parameter.mask() == null ? mask : mask.and(parameter.mask());
          parameter.setMask(both, Parameter.MaskMode.SOFT);
        });
    try {
      return evaluation.applyAsDouble(module);
    } finally {
      before.forEach(
          (parameter, was) -> {
            if (was.mask == null) {
              parameter.clearMask();
            } else {
              parameter.setMask(was.mask, was.mode);
            }
          });
    }
  }
}
