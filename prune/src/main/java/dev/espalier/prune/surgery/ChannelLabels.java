package dev.espalier.prune.surgery;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Numbers for channels, of which some turn out to be one and the same: what is removed under one
 * number is removed under all numbers of its set. A set is known by its smallest number.
 */
final class ChannelLabels {
  private int[] parents = new int[256];
  private int count;
  private final Map<Integer, Set<String>> fixed = new TreeMap<>();
  private final Map<Integer, Set<ChannelRead>> reads = new TreeMap<>();

  /** New numbers, ascending, each on its own. */
  int[] fresh(int n) {
    int[] made = new int[n];
    parents = count + n > parents.length ? Arrays.copyOf(parents, 2 * (count + n)) : parents;
    for (int i = 0; i < n; i++) {
      parents[count] = count;
      made[i] = count++;
    }
    return made;
  }

  /** The smallest number of a number's set. */
  int root(int label) {
    int root = label;
    while (parents[root] != root) {
      root = parents[root];
    }
    for (int at = label; parents[at] != root; ) {
      int next = parents[at];
      parents[at] = root;
      at = next;
    }
    return root;
  }

  void join(int a, int b) {
    int first = root(a);
    int second = root(b);
    parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** Joins pair by pair. */
  void join(int[] a, int[] b) {
    for (int i = 0; i < a.length; i++) {
      join(a[i], b[i]);
    }
  }

  /** Forbids the removal of channels. */
  void fix(int[] labels, String reason) {
    for (int label : labels) {
      fixed.computeIfAbsent(label, _ -> new LinkedHashSet<>()).add(reason);
    }
  }

  /** Notes that channels are read. */
  void read(int[] labels, ChannelRead read) {
    for (int label : labels) {
      reads.computeIfAbsent(label, _ -> new LinkedHashSet<>()).add(read);
    }
  }

  /** By the smallest number of a set: why its channels must stay. */
  Map<Integer, Set<String>> reasons() {
    return byRoot(fixed);
  }

  /** By the smallest number of a set: where its channels are read. */
  Map<Integer, Set<ChannelRead>> reads() {
    return byRoot(reads);
  }

  private <T> Map<Integer, Set<T>> byRoot(Map<Integer, Set<T>> byLabel) {
    Map<Integer, Set<T>> result = new TreeMap<>();
    byLabel.forEach(
        (label, facts) ->
            result.computeIfAbsent(root(label), _ -> new LinkedHashSet<>()).addAll(facts));
    return result;
  }
}
