package dev.espalier.prune.compile;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;
import java.util.List;

/** A batch-norm that could not be folded into a product: one scale and shift per channel. */
record AffineStep(Tensor scale, Tensor shift, boolean relu) implements Step {
  @Override
  public Tensor run(Tensor... inputs) {
    return Normalization.channelAffine(inputs[0], scale, shift, relu);
  }

  @Override
  public String describe() {
    return relu ? "scale and shift + relu" : "scale and shift";
  }

  @Override
  public List<Tensor> constants() {
    return List.of(scale, shift);
  }
}
