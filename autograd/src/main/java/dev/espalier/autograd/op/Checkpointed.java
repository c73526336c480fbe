package dev.espalier.autograd.op;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Context;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Generator;
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
    try (var _ = Autograd.noGrad()) {
      return function.apply(Variable.of(inputs[0])).tensor();
    }
  }

  @Override
  public Variable[] backward(Context context, Variable gradient) {
    if (Autograd.isRecording()) {
      throw new UnsupportedOperationException(
          "checkpoint: a checkpointed function cannot be differentiated twice; call it without"
              + " checkpoint");
    }
    Variable x = context.input(0);
    List<Generator.State> now = generators.stream().map(Generator::state).toList();
    restore(states);
    Variable input = Variable.leaf(x.tensor().alias());
    try (var _ = Autograd.enableGrad()) {
      function.apply(input).backward(gradient);
    }
    restore(now);
    Tensor atInput =
        input
            .grad()
            .tensor()
            .alias(); // the scope of this pass owns the alias, nobody the leaf's own
    input.zeroGrad();
    return new Variable[] {Variable.of(atInput)};
  }

  private void restore(List<Generator.State> to) {
    for (int i = 0; i < generators.size(); i++) {
      generators.get(i).restore(to.get(i));
    }
  }
}
