package dev.espalier.prune.compile;

import java.util.Arrays;

/** Disjoint sets of numbers that grow together. */
final class Groups {
  private int[] parents;

  Groups(int size) {
    parents = new int[size];
    Arrays.setAll(parents, i -> i);
  }

  /** A new number, on its own. */
  int add() {
    int made = parents.length;
    parents = Arrays.copyOf(parents, made + 1);
    parents[made] = made;
    return made;
  }

  /** The number that stands for a number's set. */
  int of(int member) {
    int root = member;
    while (parents[root] != root) {
      root = parents[root];
    }
    while (parents[member] != root) {
      int next = parents[member];
      parents[member] = root;
      member = next;
    }
    return root;
  }

  void join(int a, int b) {
    parents[of(b)] = of(a);
  }
}
