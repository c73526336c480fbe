package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;

/**
 * Units that are each the largest of k linear neurons: {@code h_i = max_{j<k} (w_ij · x + b_ij)}, x
 * [N, in], h [N, units].
 *
 * <p>Neuron j of unit i is row {@code i k + j} of the weight {@code linear.weight} [units k, in].
 * With one neuron left a unit would be linear, so it is rectified then: {@code max(0, ·)}. A neuron
 * whose row and bias are both masked takes no part, as if it were removed. Source: I. Goodfellow et
 * al., Maxout Networks (2013).
 */
public final class Maxout extends Module {
  private final Linear linear;
  private final int units;

  /**
   * A layer with biases.
   *
   * @throws IllegalArgumentException if units or pieces are not positive
   */
  public Maxout(int in, int units, int pieces, Generator generator) {
    if (units < 1 || pieces < 1) {
      throw new IllegalArgumentException(
          "Maxout: units and pieces must be positive but are %d and %d".formatted(units, pieces));
    }
    this.units = units;
    this.linear = child("linear", new Linear(in, Math.multiplyExact(units, pieces), generator));
  }

  /** The linear neurons of all units. */
  public Linear linear() {
    return linear;
  }

  public int units() {
    return units;
  }

  /** Neurons per unit. */
  public int pieces() {
    return linear.weight().dim(0) / units;
  }

  @Override
  public Variable forward(Variable x) {
    int pieces = pieces();
    Variable neurons = linear.forward(x);
    if (pieces == 1) {
      return neurons.relu();
    }
    Variable joined = neurons.reshape(x.dim(0), units, pieces);
    double[] handicap = handicap(pieces);
    if (handicap.length > 0) {
      joined =
          joined.add(Variable.of(Tensor.of(Shape.of(units, pieces), handicap).to(joined.dtype())));
    }
    return joined.max(2, false);
  }

  /**
   * What keeps masked neurons, whose value is 0, from being the largest: minus infinity; but in a
   * unit of one neuron, which is rectified, one of them stays for the 0. Empty if none is masked.
   */
  private double[] handicap(int pieces) {
    Mask rows = linear.weight().mask();
    Mask biases = linear.bias().mask();
    if (rows == null || biases == null) {
      return new double[0];
    }
    int[] kept = rows.perGroupCounts(new Granularity.Filter());
    double[] handicap = new double[kept.length];
    boolean any = false;
    for (int unit = 0; unit < units; unit++) {
      int left = pieces;
      int first = -1;
      for (int row = unit * pieces; row < (unit + 1) * pieces; row++) {
        if (kept[row] == 0 && !biases.get(row)) {
          handicap[row] = Double.NEGATIVE_INFINITY;
          first = first < 0 ? row : first;
          left--;
        }
      }
      any |= left < pieces;
      if (left <= 1) {
        handicap[first] = 0;
      }
    }
    return any ? handicap : new double[0];
  }

  /**
   * Removes one neuron of every unit; masks of the layer are dropped, and an optimiser must be made
   * anew.
   *
   * @param which of each unit, below {@link #pieces}
   * @throws IllegalArgumentException if a unit would lose its last neuron, or there is no such one
   */
  public void removeFromEachUnit(int[] which) {
    int pieces = pieces();
    if (pieces == 1 || which.length != units) {
      throw new IllegalArgumentException(
          "Maxout: one of %d neurons cannot be removed from each of %d units by %d choices"
              .formatted(pieces, units, which.length));
    }
    for (int i = 0; i < units; i++) {
      if (which[i] < 0 || which[i] >= pieces) {
        throw new IllegalArgumentException(
            "Maxout: unit %d has no neuron %d, but 0 to %d".formatted(i, which[i], pieces - 1));
      }
    }
    linear.weight().replace(without(linear.weight().tensor(), which, pieces));
    linear.bias().replace(without(linear.bias().tensor(), which, pieces));
  }

  private Tensor without(Tensor rows, int[] which, int pieces) {
    int width = (int) (rows.size() / rows.dim(0));
    double[] all = rows.toDoubleArray();
    double[] kept = new double[units * (pieces - 1) * width];
    int to = 0;
    for (int row = 0; row < units * pieces; row++) {
      if (row % pieces != which[row / pieces]) {
        System.arraycopy(all, row * width, kept, to, width);
        to += width;
      }
    }
    Shape shape = rows.shape().with(0, units * (pieces - 1));
    DType type = rows.dtype();
    return Tensor.of(shape, kept).to(type);
  }

  @Override
  public String toString() {
    return "Maxout(%d, %d units of %d)".formatted(linear.weight().dim(1), units, pieces());
  }
}
