package dev.espalier.prune.surgery;

import dev.espalier.autograd.Node;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Conv2d;
import dev.espalier.autograd.op.GatherRows;
import dev.espalier.autograd.op.Linear;
import dev.espalier.nn.Parameter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Function;

/**
 * Names the way of channels to an operation: from the layer that makes them, layer by layer.
 * Operations without parameters go by their own name.
 */
record LayerPath(
    Function<Variable, Parameter> parameterOf, Function<Parameter, String> layer, Variable input) {
  private static final int LONGEST = 12;

  String to(Node end) {
    Deque<String> names = new ArrayDeque<>();
    Node node = end;
    do {
      names.addFirst(name(node));
      Variable from = node.inputs().getFirst();
      node = from.node();
      if (from == input) {
        names.addFirst("input");
      }
      if (node != null && names.size() == LONGEST) {
        names.addFirst("…");
        node = null;
      }
      if (node != null && makesChannels(node)) {
        names.addFirst(name(node));
        node = null;
      }
    } while (node != null && parameterOf.apply(node.inputs().getFirst()) == null);
    return String.join(" → ", names);
  }

  private static boolean makesChannels(Node node) {
    return node.op() instanceof Linear
        || node.op() instanceof Conv2d
        || node.op() instanceof GatherRows;
  }

  private String name(Node node) {
    return node.inputs().stream()
        .map(parameterOf)
        .filter(Objects::nonNull)
        .map(layer)
        .findFirst()
        .orElse(node.op().name());
  }
}
