package dev.espalier.prune.budget;

import dev.espalier.prune.Budget;
import dev.espalier.tensor.Shape;
import java.util.List;

/**
 * Erdős–Rényi densities: {@code d_l = min(1, ε (n_in + n_out [+ kh + kw]) / (n_in n_out [kh kw]))},
 * the brackets for kernels counted in (ERK), with ε such that the whole model has the density asked
 * for. Small layers stay denser; layers that would exceed 1 are kept dense and ε is solved for
 * again.
 *
 * <p>Source: D. Mocanu et al., Scalable Training of Artificial Neural Networks with Adaptive Sparse
 * Connectivity (2018); with kernels, U. Evci et al., Rigging the Lottery (2020), appendix. Grouped
 * convolutions count the channels of one group as n_in.
 *
 * @param kernel whether the extents of a convolution's kernel count (ERK)
 */
public record ErdosRenyi(boolean kernel) implements Budget {
  /** With kernels counted in: ERK. */
  public static ErdosRenyi erk() {
    return new ErdosRenyi(true);
  }

  @Override
  public String name() {
    return kernel ? "erk" : "erdos-renyi";
  }

  @Override
  public double[] densities(List<Layer> layers, double density) {
    double[] sizes = layers.stream().mapToDouble(Layer::groups).toArray();
    return Shares.capped(sizes, layers.stream().mapToDouble(this::ratio).toArray(), density);
  }

  private double ratio(Layer layer) {
    if (layer.weights().size() != 1) {
      throw new IllegalArgumentException(
          "budget '%s': layer '%s' is made of %d weights, but fan-in and fan-out are those of one; use scope 'local' or 'global'"
              .formatted(name(), layer.name(), layer.weights().size()));
    }
    Shape shape = layer.weights().getFirst().parameter().shape();
    double sum = shape.dim(0) + shape.dim(1);
    double product = (double) shape.dim(0) * shape.dim(1);
    for (int axis = 2; kernel && axis < shape.rank(); axis++) {
      sum += shape.dim(axis);
      product *= shape.dim(axis);
    }
    return sum / product;
  }
}
