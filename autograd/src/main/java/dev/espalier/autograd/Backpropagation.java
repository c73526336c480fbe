package dev.espalier.autograd;

import dev.espalier.autograd.op.Checkpointed;
import dev.espalier.autograd.op.SumTo;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.ArrayList;
import java.util.Collections;
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
    try (var _ = pass.mode()) {
      pass.run(Traversal.oldestFirst(root), root, gradient, Set.of());
      for (Variable leaf : pass.leaves) {
        pass.accumulate(leaf, pass.hooked(leaf, pass.atLeaf.get(leaf)));
      }
    }
  }

  /** Returns the gradients at chosen variables; the graph is kept if createGraph. */
  static List<Variable> into(
      List<Variable> targets, Variable root, Variable gradient, boolean createGraph) {
    var pass = new Backpropagation(false, createGraph);
    Set<Node> targetNodes = new HashSet<>();
    targets.stream()
        .filter(target -> target.node() != null)
        .forEach(t -> targetNodes.add(t.node()));
    List<Variable> made = Traversal.oldestFirst(root);
    refuseCheckpoints(made);
    try (var _ = pass.mode()) {
      pass.run(made, root, gradient, targetNodes);
      Set<Variable> chosen = Collections.newSetFromMap(new IdentityHashMap<>());
      chosen.addAll(targets);
      for (Variable leaf : pass.leaves) {
        if (chosen.contains(leaf)) {
          pass.atLeaf.put(leaf, pass.hooked(leaf, pass.atLeaf.get(leaf)));
        } else {
          pass.release(pass.atLeaf.remove(leaf));
        }
      }
    }
    List<Variable> result = new ArrayList<>();
    for (Variable target : targets) {
      Variable found = pass.gradientAt(target);
      result.add(found != null ? found : Variable.of(Tensor.zerosLike(target.tensor())));
    }
    return result;
  }

  /** A checkpoint adds to the gradients of parameters that the graph does not show. */
  private static void refuseCheckpoints(List<Variable> made) {
    if (made.stream().anyMatch(variable -> variable.node().op() instanceof Checkpointed)) {
      throw new UnsupportedOperationException(
          "grad: the graph holds a checkpoint, whose parameters get their gradients from backward"
              + " only; use backward, or call the function without checkpoint");
    }
  }

  private Autograd.Mode mode() {
    return createGraph ? Autograd.enableGrad() : Autograd.noGrad();
  }

  private void run(List<Variable> made, Variable root, Variable gradient, Set<Node> keepAt) {
    if (!root.requiresGrad()) {
      throw new IllegalStateException(
          "backward: nothing to differentiate: the variable of shape %s was made without any input that requires a gradient, or under noGrad"
              .formatted(root.shape()));
    }
    if (!gradient.shape().equals(root.shape()) || gradient.dtype() != root.dtype()) {
      throw new IllegalArgumentException(
          "backward: the gradient is %s of shape %s but the variable %s of shape %s"
              .formatted(gradient.dtype(), gradient.shape(), root.dtype(), root.shape()));
    }
    deposit(root, createGraph ? gradient : Variable.of(gradient.tensor().alias()));
    for (Variable result : made.reversed()) {
      Node node = result.node();
      Variable atOutput = atNode.remove(node);
      if (atOutput == null) {
        continue;
      }
      node.context().checkAlive();
      Variable hooked = hooked(result, atOutput);
      step(node, hooked);
      if (keepAt.contains(node)) {
        atNode.put(node, hooked);
      } else {
        release(hooked);
      }
      if (!retainGraph) {
        node.context().free();
      }
    }
  }

  /** What the hooks make of a gradient; a tensor that a hook hands out stays its owner's. */
  private Variable hooked(Variable at, Variable gradient) {
    Variable result = at.throughHooks(gradient);
    if (createGraph || result == gradient) {
      return result;
    }
    Variable own = Variable.of(result.tensor().alias());
    release(gradient);
    return own;
  }

  private void release(Variable gradient) {
    if (!createGraph) {
      gradient.tensor().close();
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
        deposit(input, scope == null ? fitted : ownedBeyond(scope, fitted));
        if (scope != null) {
          scope.keep(gradientAt(input).tensor());
        }
      }
    }
  }

  /** A tensor made inside the scope is taken over; one of somebody else's is shared. */
  private static Variable ownedBeyond(Scope scope, Variable gradient) {
    return scope.owns(gradient.tensor())
        ? Variable.of(scope.keep(gradient.tensor()))
        : Variable.of(gradient.tensor().alias());
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

  /** Adds to the gradient waiting at a variable; the pass owns what arrives. */
  private void deposit(Variable at, Variable arriving) {
    Variable waiting = gradientAt(at);
    Variable sum = arriving;
    if (waiting != null && isForThisPassAlone(arriving.tensor())) {
      Elementwise.addInPlace(arriving.tensor(), waiting.tensor());
      release(waiting);
    } else if (waiting != null) {
      sum = waiting.add(arriving);
      release(waiting);
      release(arriving);
    } else if (at.node() == null) {
      leaves.add(at);
    }
    if (at.node() != null) {
      atNode.put(at.node(), sum);
    } else {
      atLeaf.put(at, sum);
    }
  }

  /** Whether nobody would notice that a gradient changes in place. */
  private boolean isForThisPassAlone(Tensor gradient) {
    return !createGraph && gradient.isContiguous() && !gradient.isShared();
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
