package dev.espalier.prune.surgery;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.ops.RandomFill;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;

/** A network put together step by step, each step reading values that earlier ones made. */
class RandomNet extends Module {
  /** A value of the network, with the shape of one row of it. */
  record Value(int index, Shape shape) {
    int channels() {
      return shape.dim(0);
    }

    /** Height and width of an image. */
    int size() {
      return shape.dim(1);
    }
  }

  private final List<Function<List<Variable>, Variable>> steps = new ArrayList<>();
  private final StringJoiner description = new StringJoiner(", ");

  Value input(Shape one) {
    return new Value(0, one);
  }

  /** A step whose result has the given shape. */
  Value add(String what, Shape shape, Function<List<Variable>, Variable> step) {
    steps.add(step);
    description.add("%d: %s %s".formatted(steps.size(), what, shape));
    return new Value(steps.size(), shape);
  }

  /** A step that is a layer of its own. */
  Value layer(Module layer, Value from, Shape shape) {
    Module mine = child("s" + steps.size(), layer); // a layer that is used twice has two names
    return add(layer + " of " + from.index, shape, values -> mine.forward(values.get(from.index)));
  }

  /** A parameter of the network itself. */
  Parameter own(Generator generator, int... dims) {
    Shape shape = Shape.of(dims);
    return parameter(
        "p" + steps.size(), RandomFill.uniform(generator, DType.FLOAT32, shape, 0.5, 1.5));
  }

  @Override
  public Variable forward(Variable x) {
    List<Variable> values = new ArrayList<>(List.of(x));
    steps.forEach(step -> values.add(step.apply(values)));
    return values.getLast();
  }

  @Override
  public String toString() {
    return description.toString();
  }
}
