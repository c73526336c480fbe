package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A function whose intermediate results are dropped after the forward pass and computed again for
 * the backward pass; see {@link Autograd#checkpoint}.
 *
 * <p>Gradients of parameters inside the function are added to them directly. It cannot be
 * differentiated twice.
 */
public record Checkpointed(
    UnaryOperator<Variable> function, List<Generator> generators, List<Generator.State> states)
    implements Op {
  public Checkpointed(UnaryOperator<Variable> function, List<Generator> generators) {
    this(function, generators, generators.stream().map(Generator::state).toList());
  }

  @Override
  public Tensor forward(Context context, Tensor... inputs) {
    context.saveInput(0);
    try (var _ = Autograd.noGrad();
        var scope = Scope.open("checkpoint")) {
      return scope.keep(function.apply(Variable.of(inputs[0])).tensor().alias());
    }
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    if (Autograd.isRecording()) {
      throw new UnsupportedOperationException(
          "checkpoint: a checkpointed function cannot be differentiated twice; call it without"
              + " checkpoint");
    }
    Tensor x = context.input(0).tensor().alias();
    Variable input = context.needs(0) ? Variable.leaf(x) : Variable.of(x);
    List<Generator.State> now = generators.stream().map(Generator::state).toList();
    restore(states);
    try (var _ = Autograd.enableGrad()) {
      Variable output = function.apply(input);
      if (output.requiresGrad()) {
        output.backward(gradient);
      }
    } finally {
      restore(now);
    }
    return new Variable[] {context.needs(0) ? gradientOf(input) : null};
  }

  /** The leaf's gradient lives until it is closed; its alias belongs to the scope of this pass. */
  private static Variable gradientOf(Variable leaf) {
    if (leaf.grad() == null) {
      return Variable.of(Tensor.zerosLike(leaf.tensor()));
    }
    Tensor gradient = leaf.grad().tensor().alias();
    leaf.zeroGrad();
    return Variable.of(gradient);
  }

  private void restore(List<Generator.State> to) {
    for (int i = 0; i < generators.size(); i++) {
      generators.get(i).restore(to.get(i));
    }
  }
}
