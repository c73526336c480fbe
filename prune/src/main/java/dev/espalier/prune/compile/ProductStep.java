package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.SparseOps;
import java.util.ArrayList;
import java.util.List;

/**
 * A linear layer or a convolution with its weight in the chosen format, batch-norm folded in, bias
 * and ReLU fused.
 *
 * @param name the weight's dotted name
 * @param kernel [kh, kw] of a convolution
 * @param bias [O], owned, or null
 * @param spec the convolution's, or null for a linear layer
 */
record ProductStep(
    String name, ProductWeight weight, int[] kernel, Tensor bias, boolean relu, ConvSpec spec)
    implements Step {
  @Override
  public Tensor run(Tensor... inputs) {
    Tensor x = inputs[0];
    if (spec == null) {
      return SparseOps.linear(x, weight.at(x.dim(0)), bias, relu);
    }
    long columns =
        (long) x.dim(0) * spec.outHeight(x.dim(2), kernel[0]) * spec.outWidth(x.dim(3), kernel[1]);
    return SparseOps.conv2d(x, weight.at(columns), bias, relu, spec);
  }

  @Override
  public String describe() {
    return "%s %s%s: %s"
        .formatted(spec == null ? "linear" : "conv2d", name, relu ? " + relu" : "", weight);
  }

  @Override
  public List<Tensor> constants() {
    List<Tensor> owned = new ArrayList<>(weight.constants());
    if (bias != null) {
      owned.add(bias);
    }
    return owned;
  }
}
