package dev.espalier.prune.surgery;

import java.util.Arrays;

/**
 * Which axes of an activation run over channels.
 *
 * @param labels by axis: the label of each position, or null where no position may be removed
 * @param zero by axis: when the activation is zero at a position
 */
record Layout(int[][] labels, ZeroWhen[] zero) {
  /** No axis runs over channels. */
  static Layout none(int rank) {
    return new Layout(new int[rank][], never(rank));
  }

  int rank() {
    return labels.length;
  }

  private static ZeroWhen[] never(int rank) {
    var never = new ZeroWhen[rank];
    Arrays.fill(never, ZeroWhen.NEVER);
    return never;
  }

  /** The same axes of an activation that is not zero where its channels are. */
  Layout nowhereZero() {
    return new Layout(labels, never(rank()));
  }

  /** The same with one axis different. */
  Layout with(int axis, int[] axisLabels, ZeroWhen axisZero) {
    int[][] newLabels = labels.clone();
    ZeroWhen[] newZero = zero.clone();
    newLabels[axis] = axisLabels;
    newZero[axis] = axisZero;
    return new Layout(newLabels, newZero);
  }
}
