package dev.espalier.prune.compile;

import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Granularity;

/**
 * Decides, per product and number of columns, whether a compiled model multiplies with the dense or
 * the sparse weight.
 */
@FunctionalInterface
public interface FormatChoice {
  /**
   * Whether the sparse kernel runs.
   *
   * @param columns rows of the batch, or output positions of a convolution over the batch
   * @param weights elements of the weight, pruned ones included
   */
  boolean sparse(Crossover.Family family, long columns, long weights, double density);

  /** As the crossover table says. */
  static FormatChoice byTable(Crossover table) {
    return (family, columns, weights, density) ->
        density < 1
            && table
                    .decide(
                        family,
                        Crossover.Direction.INFERENCE,
                        new Granularity.Element(),
                        columns,
                        weights,
                        density)
                    .kernel()
                != Crossover.Kernel.DENSE;
  }

  /** Every weight dense: the baseline that a sparse model is compared with. */
  static FormatChoice dense() {
    return (_, _, _, _) -> false;
  }

  /** Every weight that has zeros in CSR, whatever its density. */
  static FormatChoice csr() {
    return (_, _, _, density) -> density < 1;
  }
}
