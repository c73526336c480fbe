package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Reduce;

/** The mean of each plane, [N, C, H, W] to [N, C, 1, 1]. */
record MeanStep() implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return inputs[0].with(2, 1).with(3, 1);
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    try (Tensor mean = Reduce.mean(inputs[0].stored(), true, 2, 3)) {
      out.stored().copyFrom(mean);
    }
  }

  @Override
  public String describe() {
    return "globalAvgPool2d";
  }
}
