package dev.espalier.prune.surgery;

import java.util.Arrays;

/**
 * Which axes of an activation run over channels.
 *
 * @param labels by axis: the label of each position, or null where no position may be removed
 * @param zero by axis: whether the activation is zero at a position as soon as everything that
 *     makes the channel is
 */
record Layout(int[][] labels, boolean[] zero) {
  /** No axis runs over channels. */
  static Layout none(int rank) {
    return new Layout(new int[rank][], new boolean[rank]);
  }

  int rank() {
    return labels.length;
  }

  /** The same axes of an activation that is not zero where its channels are. */
  Layout nowhereZero() {
    return new Layout(labels, new boolean[labels.length]);
  }

  /** The same with one axis different. */
  Layout with(int axis, int[] axisLabels, boolean axisZero) {
    int[][] newLabels = labels.clone();
    boolean[] newZero = zero.clone();
    newLabels[axis] = axisLabels;
    newZero[axis] = axisZero;
    return new Layout(newLabels, newZero);
  }

  boolean hasChannels() {
    return Arrays.stream(labels).anyMatch(axis -> axis != null);
  }
}
