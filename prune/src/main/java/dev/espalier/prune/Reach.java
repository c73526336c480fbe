package dev.espalier.prune;

import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What a method can come to on a model: which densities it allows, and which of them meets a
 * target.
 *
 * @param described the layers that may lose groups, asked for when a budget needs them
 * @param masks what scores and a density mask
 */
record Reach(Method method, Supplier<List<Budget.Layer>> described, Masks masks) {
  /** How far from the ratio asked for a structure of fixed density may end. */
  private static final double FIXED_TOLERANCE = 0.1;

  /** The same of a budget of fixed densities. */
  private static final double BUDGET_TOLERANCE = 0.01;

  private static final double FIXED_ROUNDING = 1e-9;

  /** The masks of a choice. */
  interface Masks {
    Map<Parameter, Mask> at(List<Tensor> scores, double density);
  }

  /** The only density that structure or budget allow, if one of them does so. */
  OptionalDouble fixedDensity() {
    OptionalDouble fixed = method.structure().fixedDensity();
    return fixed.isEmpty() && method.scope() instanceof RankingScope.PerLayer(Budget budget)
        ? budget.fixedDensity(described.get())
        : fixed;
  }

  /**
   * Refuses a target that no density meets.
   *
   * @throws IllegalArgumentException with what can be reached
   */
  void require(Target target, List<Tensor> scores) {
    OptionalDouble fixed = fixedDensity();
    Map<Parameter, Mask> least = masks.at(scores, fixed.orElse(0));
    if (fixed.isEmpty()) {
      target.requireReachable(method.name(), least);
      return;
    }
    double reached = target.reached(least);
    double tolerance =
        method.structure().fixedDensity().isPresent() ? FIXED_TOLERANCE : BUDGET_TOLERANCE;
    if (Math.abs(reached / target.ratio() - 1) > tolerance) {
      throw new IllegalArgumentException(
          "%s %s: method '%s' reaches %.2f here and nothing else; ask for that"
              .formatted(target.what(), target.ratio(), method.name(), reached));
    }
  }

  /** The density that meets a target. */
  double density(Target target, List<Tensor> scores) {
    require(target, scores);
    OptionalDouble fixed = fixedDensity();
    return fixed.isPresent()
        ? fixed.getAsDouble()
        : target.density(density -> masks.at(scores, density));
  }

  /** Refuses a density that structure or budget do not know. */
  void requireBudget(double density) {
    check(density);
    if (method.scope() instanceof RankingScope.PerLayer(Budget budget)) {
      budget.densities(described.get(), density);
    }
  }

  /** Refuses a density that is none, or that the structure does not know. */
  void check(double density) {
    checkRange(density);
    double fixed = method.structure().fixedDensity().orElse(density);
    if (Math.abs(density - fixed) > FIXED_ROUNDING) {
      throw new IllegalArgumentException(
          "density %s: method '%s' keeps %s of the weights and nothing else; ask for that"
              .formatted(density, method.name(), fixed));
    }
  }

  static void checkRange(double density) {
    if (!(density >= 0 && density <= 1)) {
      throw new IllegalArgumentException("density: must lie in [0, 1] but is " + density);
    }
  }
}
