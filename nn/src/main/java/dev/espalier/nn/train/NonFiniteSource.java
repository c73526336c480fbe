package dev.espalier.nn.train;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Where the first NaN or infinity entered a recorded graph.
 *
 * @param layer name of the layer, or {@code input}
 * @param description what was found there
 */
record NonFiniteSource(String layer, String description) {
  /** Searches the graph behind a loss, oldest operation first, its operands before its result. */
  static NonFiniteSource of(Module model, Variable loss) {
    Map<Variable, String> names = new IdentityHashMap<>();
    model.namedParameters().forEach((name, parameter) -> names.put(parameter, name));
    for (Variable made : Traversal.oldestFirst(loss)) {
      for (Variable input : made.node().inputs()) {
        OptionalInt place = input.node() == null ? find(input.tensor()) : OptionalInt.empty();
        if (place.isPresent()) {
          return leaf(names, input, place.getAsInt());
        }
      }
      OptionalInt place = find(made.tensor());
      if (place.isPresent()) {
        return result(names, made, place.getAsInt());
      }
    }
    return new NonFiniteSource("loss", "nothing that led to it was recorded");
  }

  /** The first parameter whose gradient is not finite. */
  static NonFiniteSource ofGradients(Module model) {
    for (Map.Entry<String, Parameter> entry : model.namedParameters().entrySet()) {
      Variable gradient = entry.getValue().grad();
      OptionalInt place = gradient == null ? OptionalInt.empty() : find(gradient.tensor());
      if (place.isPresent()) {
        return new NonFiniteSource(
            layer(entry.getKey()),
            "the gradient of parameter '%s' holds %s"
                .formatted(entry.getKey(), at(gradient.tensor(), place.getAsInt())));
      }
    }
    return new NonFiniteSource(
        "loss", "every gradient is finite, but not the sum of their squares");
  }

  private static NonFiniteSource leaf(Map<Variable, String> names, Variable input, int place) {
    String name = names.get(input);
    String value = at(input.tensor(), place);
    return name == null
        ? new NonFiniteSource("input", "the input already holds " + value)
        : new NonFiniteSource(layer(name), "parameter '%s' holds %s".formatted(name, value));
  }

  private static NonFiniteSource result(Map<Variable, String> names, Variable made, int place) {
    String layer = layer(nearestParameter(names, made.node()));
    return new NonFiniteSource(
        layer,
        "the first is %s, in the result of '%s' in or after layer '%s'"
            .formatted(at(made.tensor(), place), made.node().op().name(), layer));
  }

  /** Breadth first against the flow, so that the fewest operations lie between. */
  private static String nearestParameter(Map<Variable, String> names, Node from) {
    var open = new ArrayDeque<>(from.inputs());
    while (!open.isEmpty()) {
      Variable variable = open.poll();
      if (names.containsKey(variable)) {
        return names.get(variable);
      }
      if (variable.node() != null) {
        open.addAll(variable.node().inputs());
      }
    }
    return "input";
  }

  private static String layer(String parameter) {
    int dot = parameter.lastIndexOf('.');
    return dot < 0 ? parameter : parameter.substring(0, dot);
  }

  private static OptionalInt find(Tensor tensor) {
    if (!tensor.dtype().isFloating()) {
      return OptionalInt.empty();
    }
    double[] values = tensor.toDoubleArray();
    return IntStream.range(0, values.length).filter(i -> !Double.isFinite(values[i])).findFirst();
  }

  private static String at(Tensor tensor, int place) {
    return "%s at element %d of %s".formatted(tensor.toDoubleArray()[place], place, tensor.shape());
  }
}
