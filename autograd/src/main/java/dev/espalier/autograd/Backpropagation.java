package dev.espalier.autograd;

import dev.espalier.autograd.op.SumTo;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * One backward pass: visits the recorded nodes from the newest to the oldest and hands each its
 * gradient.
 *
 * <p>A node's inputs were recorded before it, so descending order of recording is a topological
 * order. Gradients of intermediate results are closed as soon as their node has used them, and
 * temporaries of a node's backward go with a scope of their own.
 */
final class Backpropagation {
  private final boolean createGraph;
  private final boolean retainGraph;
  private final IdentityHashMap<Node, Variable> atNode = new IdentityHashMap<>();
  private final IdentityHashMap<Variable, Variable> atLeaf = new IdentityHashMap<>();
  private final List<Variable> leaves = new ArrayList<>();

  private Backpropagation(boolean retainGraph, boolean createGraph) {
    this.retainGraph = retainGraph || createGraph;
    this.createGraph = createGraph;
  }

  /** Adds the gradients to the leaves. */
  static void intoLeaves(
      Variable root, Variable gradient, boolean retainGraph, boolean createGraph) {
    var pass = new Backpropagation(retainGraph, createGraph);
    pass.run(root, gradient, Set.of());
    for (Variable leaf : pass.leaves) {
      pass.accumulate(leaf, leaf.throughHooks(pass.atLeaf.get(leaf)));
    }
  }

  /** Returns the gradients at chosen variables; the graph is kept if createGraph. */
  static List<Variable> into(
      List<Variable> targets, Variable root, Variable gradient, boolean createGraph) {
    var pass = new Backpropagation(false, createGraph);
    Set<Node> stops = new HashSet<>();
    for (Variable target : targets) {
      if (target.node() != null) {
        stops.add(target.node());
      }
    }
    pass.run(root, gradient, stops);
    List<Variable> result = new ArrayList<>();
    for (Variable target : targets) {
      Variable found =
          target.node() != null ? pass.atNode.get(target.node()) : pass.atLeaf.get(target);
      result.add(
          found != null
              ? target.throughHooks(found)
              : Variable.of(Tensor.zeros(target.dtype(), target.shape())));
    }
    return result;
  }

  private void run(Variable root, Variable gradient, Set<Node> keepAt) {
    if (!root.requiresGrad()) {
      throw new IllegalStateException(
          "backward: nothing to differentiate: the variable of shape %s was made without any input that requires a gradient, or under noGrad"
              .formatted(root.shape()));
    }
    if (!gradient.shape().equals(root.shape())) {
      throw new IllegalArgumentException(
          "backward: the gradient has shape %s but the variable %s"
              .formatted(gradient.shape(), root.shape()));
    }
    try (var _ = createGraph ? Autograd.enableGrad() : Autograd.noGrad()) {
      deposit(root, Variable.of(gradient.tensor().alias()), gradient);
      for (Variable made : Traversal.oldestFirst(root).reversed()) {
        Node node = made.node();
        Variable atOutput = atNode.get(node);
        if (atOutput == null) {
          continue;
        }
        node.context().checkAlive();
        Variable hooked = made.throughHooks(atOutput);
        step(node, hooked);
        if (!keepAt.contains(node)) {
          atNode.remove(node);
          if (!createGraph) {
            hooked.tensor().close();
            atOutput.tensor().close();
          }
        } else {
          atNode.put(node, hooked);
        }
        if (!retainGraph) {
          node.context().free();
        }
      }
    }
  }

  /**
   * Runs one op's backward and deposits its results, keeping only them from the scope of its
   * temporaries.
   */
  private void step(Node node, Variable gradient) {
    try (var scope = createGraph ? null : Scope.open("backward " + node.op().name())) {
      Variable[] results = node.op().backward(node.context(), gradient);
      List<Variable> inputs = node.inputs();
      if (results.length != inputs.size()) {
        throw new IllegalStateException(
            "%s: backward returned %d gradients for %d inputs"
                .formatted(node.op().name(), results.length, inputs.size()));
      }
      for (int i = 0; i < results.length; i++) {
        Variable input = inputs.get(i);
        if (!input.requiresGrad()) {
          continue;
        }
        if (results[i] == null) {
          throw new IllegalStateException(
              "%s: backward returned no gradient for input %d, which needs one"
                  .formatted(node.op().name(), i));
        }
        Variable fitted = undoBroadcast(node, results[i], input);
        Variable owned = createGraph ? fitted : Variable.of(fitted.tensor().alias());
        deposit(input, owned, fitted);
        if (scope != null) {
          scope.keep(gradientAt(input).tensor());
        }
      }
    }
  }

  private Variable gradientAt(Variable variable) {
    return variable.node() != null ? atNode.get(variable.node()) : atLeaf.get(variable);
  }

  private static Variable undoBroadcast(Node node, Variable gradient, Variable input) {
    if (gradient.shape().equals(input.shape())) {
      return gradient;
    }
    if (gradient.shape().rank() < input.shape().rank()) {
      throw new IllegalStateException(
          "%s: backward returned a gradient of shape %s for an input of shape %s"
              .formatted(node.op().name(), gradient.shape(), input.shape()));
    }
    return Autograd.apply(new SumTo(input.shape()), gradient);
  }

  /**
   * Adds to the gradient waiting at a variable; {@code own} is ours to close, {@code recorded}
   * carries the graph.
   */
  private void deposit(Variable at, Variable own, Variable recorded) {
    Variable arriving = createGraph ? recorded : own;
    Variable waiting = gradientAt(at);
    Variable sum = arriving;
    if (waiting != null) {
      sum = waiting.add(arriving);
      if (!createGraph) {
        waiting.tensor().close();
        arriving.tensor().close();
      }
    } else if (at.node() == null) {
      leaves.add(at);
    }
    if (at.node() != null) {
      atNode.put(at.node(), sum);
    } else {
      atLeaf.put(at, sum);
    }
  }

  /**
   * Adds a pass's result to a leaf; the leaf's gradient outlives the scope and shares no memory.
   */
  private void accumulate(Variable leaf, Variable gradient) {
    Variable before = leaf.grad();
    if (createGraph) {
      leaf.setGrad(before == null ? gradient : before.add(gradient));
      return;
    }
    try (var _ = Autograd.noGrad()) {
      Tensor mine = gradient.tensor();
      Tensor result;
      if (before != null) {
        result = before.add(gradient).tensor();
        before.tensor().close();
        mine.close();
      } else if (mine.isContiguous() && !mine.isShared()) {
        result = mine;
      } else {
        result = mine.copy();
        mine.close();
      }
      leaf.setGrad(Variable.of(Scope.detach(result)));
    }
  }
}
