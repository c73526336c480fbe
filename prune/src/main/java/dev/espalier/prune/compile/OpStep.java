package dev.espalier.prune.compile;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Op;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Any other operation, run as autograd runs it, without recording, and copied to its place.
 *
 * @param operands those that are constants, by position; empty where an activation goes
 * @param recorded the shape of the result on the example
 */
record OpStep(Op op, List<Optional<Tensor>> operands, Shape recorded) implements Step {
  @Override
  public Shape output(Shape... inputs) {
    return recorded.with(0, inputs[0].dim(0));
  }

  @Override
  public void run(Activation out, Activation... inputs) {
    Variable[] all = new Variable[operands.size()];
    int next = 0;
    for (int i = 0; i < all.length; i++) {
      all[i] =
          Variable.of(
              operands.get(i).isPresent() ? operands.get(i).get() : inputs[next++].tensor());
    }
    try (var _ = Autograd.noGrad();
        Tensor result = Autograd.apply(op, all).tensor()) {
      if (!result.shape().equals(out.tensor().shape())) {
        throw new IllegalArgumentException(
            "operation '%s' gives %s for %d rows where %s was to be expected from the example"
                .formatted(
                    op.name(), result.shape(), inputs[0].tensor().dim(0), out.tensor().shape()));
      }
      out.tensor().copyFrom(result);
    }
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
