package dev.espalier.autograd;

import java.util.List;

/**
 * One recorded application of an {@link Op}: the edge set of the graph.
 *
 * <p>Passes over a recorded forward pass (compilers, structural surgery) walk {@link #inputs} and
 * match on {@link #op}.
 */
public final class Node {
  private final Op op;
  private final List<Variable> inputs;
  private final Context context;
  private final long order;

  Node(Op op, Variable[] inputs, Context context, long order) {
    this.op = op;
    this.inputs = List.of(inputs);
    this.context = context;
    this.order = order;
  }

  /** The operation and its attributes. */
  public Op op() {
    return op;
  }

  /** The operands. */
  public List<Variable> inputs() {
    return inputs;
  }

  /** A number that grows along every path of the graph: inputs come before what they flow into. */
  public long order() {
    return order;
  }

  Context context() {
    return context;
  }
}
