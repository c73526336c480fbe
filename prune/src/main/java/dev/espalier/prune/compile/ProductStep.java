package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import java.util.List;

/**
 * A linear layer or a convolution with its weight in the chosen format, batch-norm folded in, bias and ReLU fused.
 *
 * @param name the weight's dotted name
 * @param weight dense or sparse, owned
 * @param bias [O], owned, or null
 * @param spec the convolution's, or null for a linear layer
 */
record ProductStep(String name, Weight weight, Tensor bias, boolean relu, ConvSpec spec) implements Step {
  @Override
  public Tensor run(Tensor... inputs) {
    return spec == null
        ? SparseOps.linear(inputs[0], weight, bias, relu)
        : SparseOps.conv2d(inputs[0], weight, bias, relu, spec);
  }

  @Override
  public String describe() {
    return "%s %s%s %s, density %.3f"
        .formatted(spec == null ? "linear" : "conv2d", name, relu ? " + relu" : "", format(), weight.density());
  }

  String format() {
    return switch (weight) {
      case Weight.Dense _, Weight.Masked _ -> "dense";
      case Weight.Sparse(SparseTensor sparse) -> sparse.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    };
  }

  @Override
  public List<Tensor> constants() {
    Tensor stored =
        switch (weight) {
          case Weight.Dense(Tensor tensor) -> tensor;
          case Weight.Masked(Tensor tensor, _) -> tensor;
          case Weight.Sparse(SparseTensor sparse) -> sparse.values();
        };
    return bias == null ? List.of(stored) : List.of(stored, bias);
  }
}
