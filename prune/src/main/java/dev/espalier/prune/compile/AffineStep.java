package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Normalization;
import java.util.List;

/** A batch-norm that could not be folded into a product: one scale and shift per channel. */
record AffineStep(Tensor scale, Tensor shift, boolean relu) implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    try (Tensor x = planes(inputs[0]);
        Tensor y = planes(out)) {
      Normalization.channelAffine(x, scale, shift, relu, y);
    }
  }

  /** Channel-major images are one image with the pixels of all. */
  private static Tensor planes(Activation x) {
    return x.channelMajor() ? x.stored().reshape(1, x.stored().dim(0), -1) : x.stored().alias();
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
