package dev.espalier.prune;

/** What becomes of weights that a schedule inside training prunes. */
public enum Masking {
  /** They are zero and stay zero. */
  HARD,
  /**
   * They are set to zero once and train on, so that they may come back. Source: Y. He et al., Soft
   * Filter Pruning for Accelerating Deep Convolutional Neural Networks (2018).
   */
  ZEROED,
  /**
   * They are hidden from the forward pass while their dense values live on and get the gradient of
   * the values that the forward pass saw (straight through), so that they may come back.
   */
  HIDDEN
}
