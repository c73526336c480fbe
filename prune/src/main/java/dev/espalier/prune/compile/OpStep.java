package dev.espalier.prune.compile;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Any other operation, run as autograd runs it, without recording.
 *
 * @param operands those that are constants, by position; empty where an activation goes
 */
record OpStep(Op op, List<Optional<Tensor>> operands) implements Step {
  @Override
  public Tensor run(Tensor... inputs) {
    Variable[] all = new Variable[operands.size()];
    int next = 0;
    for (int i = 0; i < all.length; i++) {
      all[i] = Variable.of(operands.get(i).isPresent() ? operands.get(i).get() : inputs[next++]);
    }
    return Autograd.apply(op, all).tensor();
  }

  @Override
  public String describe() {
    return op.name();
  }

  @Override
  public List<Tensor> constants() {
    return operands.stream().flatMap(Optional::stream).toList();
  }
}
