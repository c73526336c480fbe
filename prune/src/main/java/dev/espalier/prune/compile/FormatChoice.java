package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;

/** Chooses the storage of a weight for inference. */
@FunctionalInterface
public interface FormatChoice {
  /**
   * The weight in the chosen format.
   *
   * @param weight dense values with exact zeros where pruned; becomes the result's or is copied
   * @param spec the convolution's, or null for a linear layer
   */
  Weight choose(Tensor weight, ConvSpec spec);

  /** Every weight dense: the baseline that a sparse model is compared with. */
  static FormatChoice dense() {
    return (weight, _) -> new Weight.Dense(weight);
  }

  /** Every weight in CSR, whatever its density. */
  static FormatChoice csr() {
    return (weight, _) -> new Weight.Sparse(SparseTensor.fromDense(weight));
  }
}
