package dev.espalier.autograd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Walks the recorded graph behind a variable. */
public final class Traversal {
  private Traversal() {}

  /**
   * Every variable that an operation made on the way to {@code output}, inputs before what they
   * flow into.
   */
  public static List<Variable> oldestFirst(Variable output) {
    List<Variable> found = new ArrayList<>();
    Set<Node> seen = new HashSet<>();
    var open = new ArrayDeque<Variable>();
    open.add(output);
    while (!open.isEmpty()) {
      Variable variable = open.poll();
      if (variable.node() != null && seen.add(variable.node())) {
        found.add(variable);
        open.addAll(variable.node().inputs());
      }
    }
    found.sort(Comparator.comparingLong(variable -> variable.node().order()));
    return found;
  }
}
