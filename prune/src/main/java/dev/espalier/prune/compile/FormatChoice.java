package dev.espalier.prune.compile;

import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.Crossover.Decision;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Granularity;

/**
 * Decides, per product and number of columns, whether a compiled model multiplies with the dense or
 * the sparse weight, and in which format that is stored.
 */
@FunctionalInterface
public interface FormatChoice {
  /**
   * A product to choose for.
   *
   * @param granularity what the pruned positions of the weight come in
   * @param columns rows of the batch, or output positions of a convolution over the batch
   * @param weights elements of the weight, pruned ones included
   * @param density stored fraction of the weight in the format of its granularity
   */
  record Product(
      Crossover.Family family,
      Granularity granularity,
      long columns,
      long weights,
      double density) {}

  /** The kernel, with the reason for it. */
  Decision choose(Product product);

  /** As the crossover table says. */
  static FormatChoice byTable(Crossover table) {
    return product ->
        product.density < 1
            ? table.decide(
                product.family,
                Crossover.Direction.INFERENCE,
                product.granularity,
                product.columns,
                product.weights,
                product.density)
            : new Decision(Kernel.DENSE, "dense: nothing is pruned");
  }

  /** Every weight dense: the baseline that a sparse model is compared with. */
  static FormatChoice dense() {
    return _ -> new Decision(Kernel.DENSE, "dense: asked for");
  }

  /** Every weight that has zeros in CSR, whatever its density. */
  static FormatChoice csr() {
    return product ->
        product.density < 1
            ? new Decision(Kernel.CSR, "csr: asked for")
            : new Decision(Kernel.DENSE, "dense: nothing is pruned");
  }

  /** Every weight that has zeros in the format of its granularity, whatever its density. */
  static FormatChoice sparse() {
    return product -> {
      Kernel kernel = Kernel.nativeTo(product.granularity);
      return product.density < 1
          ? new Decision(kernel, kernel.label() + ": asked for")
          : new Decision(Kernel.DENSE, "dense: nothing is pruned");
    };
  }
}
