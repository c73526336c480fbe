package dev.espalier.prune.compile;

import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.ops.Pooling;

/** The largest element or the mean of each window; planes do not mix, so their order is free. */
record PoolStep(PoolSpec spec, boolean max) implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return inputs[0]
        .with(2, spec.outHeight(inputs[0].dim(2)))
        .with(3, spec.outWidth(inputs[0].dim(3)));
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    if (max) {
      Pooling.maxPool2d(inputs[0].stored(), spec, out.stored());
    } else {
      Pooling.avgPool2d(inputs[0].stored(), spec, out.stored());
    }
  }

  @Override
  public String describe() {
    return max ? "maxPool2d" : "avgPool2d";
  }
}
