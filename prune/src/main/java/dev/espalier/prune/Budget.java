package dev.espalier.prune;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;

/**
 * How a density of the whole model is shared out among its layers, each of which then keeps its
 * best groups.
 */
public interface Budget {
  /**
   * What a budget may look at in one layer.
   *
   * @param name name of the group set
   * @param groups number of its groups
   * @param weights the weights that the groups are made of; empty if that cannot be told
   * @param cost counts the multiply-accumulates of those weights for one example
   */
  record Layer(String name, int groups, List<PrunableWeight> weights, LongSupplier cost) {
    /** Multiply-accumulates of the weights for one example. */
    public long macs() {
      return cost.getAsLong();
    }
  }

  /** Name for the registry and the results. */
  String name();

  /** The one density of the model that a budget ends at; empty for one that shares out any. */
  default OptionalDouble fixedDensity(List<Layer> layers) {
    return OptionalDouble.empty();
  }

  /**
   * The density of each layer, in [0, 1]; none falls where {@code density} rises, and their mean
   * over the groups is {@code density}.
   *
   * @throws IllegalArgumentException naming a layer for which the budget is not defined
   */
  double[] densities(List<Layer> layers, double density);
}
