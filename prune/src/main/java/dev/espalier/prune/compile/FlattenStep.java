package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/** [N, …] to [N, rest]: a view where the elements already lie in the order asked for. */
record FlattenStep() implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return Shape.of(inputs[0].dim(0), Math.toIntExact(inputs[0].size() / inputs[0].dim(0)));
  }

  /** Whether the output is the input's memory. */
  static boolean isView(Shape input, boolean channelMajorInput, boolean channelMajorOutput) {
    return channelMajorInput == channelMajorOutput && (!channelMajorInput || isPixel(input));
  }

  /** Whether the features are the channels. */
  static boolean isPixel(Shape input) {
    return input.rank() > 1 && input.size() == (long) input.dim(0) * input.dim(1);
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    Tensor x = inputs[0].tensor();
    if (!out.channelMajor()) {
      try (Tensor target = out.stored().reshape(x.shape())) {
        target.copyFrom(x);
      }
      return;
    }
    int[] dims = new int[x.rank()];
    int[] order = new int[x.rank()];
    for (int axis = 0; axis < dims.length; axis++) {
      int next = (axis + 1) % dims.length;
      dims[axis] = x.dim(next);
      order[next] = axis;
    }
    try (Tensor features = out.stored().reshape(dims);
        Tensor target = features.permute(order)) {
      target.copyFrom(x);
    }
  }

  @Override
  public String describe() {
    return "flatten";
  }
}
