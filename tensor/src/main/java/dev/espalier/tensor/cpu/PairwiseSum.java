package dev.espalier.tensor.cpu;

import java.util.Arrays;

/**
 * Adds partial results, each of several lanes, as a balanced binary tree in the order they come, so
 * that rounding errors grow with the logarithm of their number; the tree depends on that number
 * alone.
 */
final class PairwiseSum {
  private final int lanes;
  private final double[][] levels = new double[Long.SIZE][];
  private long count;

  PairwiseSum(int lanes) {
    this.lanes = lanes;
  }

  /** Adds the partial and overwrites it with zeros. */
  void add(double[] partial) {
    int level = 0;
    while ((count >>> level & 1) != 0) {
      double[] waiting = levels[level];
      for (int i = 0; i < lanes; i++) {
        partial[i] += waiting[i];
      }
      level++;
    }
    if (levels[level] == null) {
      levels[level] = new double[lanes];
    }
    System.arraycopy(partial, 0, levels[level], 0, lanes);
    Arrays.fill(partial, 0, lanes, 0);
    count++;
  }

  /** Writes the sum of all partials and starts anew. */
  void finish(double[] total) {
    Arrays.fill(total, 0, lanes, 0);
    for (int level = 0; count != 0; level++, count >>>= 1) {
      if ((count & 1) != 0) {
        for (int i = 0; i < lanes; i++) {
          total[i] += levels[level][i];
        }
      }
    }
  }
}
