package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.spi.BinaryOp;

/**
 * The sum of two activations of one shape, then ReLU if asked, in one pass; the output may be the
 * memory of either.
 */
record SumStep(boolean relu) implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    Tensor a = inputs[0].stored();
    Tensor b = inputs[1].stored();
    if (!relu) {
      Elementwise.binary(BinaryOp.ADD, a, b, out.stored());
      return;
    }
    try (Tensor left = a.contiguous();
        Tensor right = b.contiguous()) {
      Elementwise.addRelu(left, right, out.stored());
    }
  }

  @Override
  public String describe() {
    return relu ? "add + relu" : "add";
  }
}
