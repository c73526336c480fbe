package dev.espalier.prune.compile;

import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.autograd.op.Masked;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** One recorded forward pass, and who reads what in it. */
final class Recording {
  private final Variable input;
  private final Variable output;
  private final List<Variable> made;
  private final IdentityHashMap<Variable, Integer> uses = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Variable> onlyReader = new IdentityHashMap<>();
  private final Set<Variable> activations = Collections.newSetFromMap(new IdentityHashMap<>());

  /** Runs a module on an example; the caller has turned recording on. */
  Recording(Module module, Tensor example) {
    this.input = Variable.leaf(example.alias());
    this.output = module.forward(input);
    this.made = Traversal.oldestFirst(output);
    activations.add(input);
    for (Variable result : made) {
      List<Variable> operands = result.node().inputs();
      for (Variable operand : operands) {
        uses.merge(operand, 1, Integer::sum);
        onlyReader.put(operand, result);
      }
      if (operands.stream().anyMatch(activations::contains)) {
        activations.add(result);
      }
    }
    uses.merge(output, 1, Integer::sum);
    if (!activations.contains(output)) {
      throw new IllegalArgumentException("compile: the output does not depend on the input");
    }
  }

  Variable input() {
    return input;
  }

  Variable output() {
    return output;
  }

  /** What depends on the input, in the order of computation, without the input itself. */
  List<Variable> results() {
    return made.stream().filter(activations::contains).toList();
  }

  /** Whether a value depends on the input. */
  boolean isActivation(Variable variable) {
    return activations.contains(variable);
  }

  /** The operation that alone reads a value, or null. */
  Variable soleReader(Variable value) {
    return uses.getOrDefault(value, 0) == 1 ? onlyReader.get(value) : null;
  }

  /** The parameter behind an operand: itself, or what a soft mask looks through to; or null. */
  static Parameter parameterOf(Variable variable) {
    if (variable instanceof Parameter parameter) {
      return parameter;
    }
    return variable.node() != null && variable.node().op() instanceof Masked
        ? parameterOf(variable.node().inputs().getFirst())
        : null;
  }
}
