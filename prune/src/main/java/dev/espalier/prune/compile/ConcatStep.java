package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Joins activations along an axis.
 *
 * @param axis not the batch's, counted from the front
 */
record ConcatStep(int axis) implements Step {
  @Override
  public Shape output(Shape... inputs) {
    int extent = 0;
    for (Shape input : inputs) {
      extent += input.dim(axis);
    }
    return inputs[0].with(axis, extent);
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    int at = 0;
    for (Activation input : inputs) {
      int extent = input.tensor().dim(axis);
      try (Tensor place = out.tensor().narrow(axis, at, extent)) {
        place.copyFrom(input.tensor());
      }
      at += extent;
    }
  }

  @Override
  public String describe() {
    return "concat";
  }
}
