package dev.espalier.prune.compile;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.spi.UnaryOp;

/** A function of each element; output and input may be one memory. */
record ElementStep(String name, UnaryOp op, double parameter) implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return inputs[0];
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    Elementwise.unary(op, parameter, inputs[0].stored(), out.stored());
  }

  @Override
  public String describe() {
    return name;
  }
}
