package dev.espalier.prune;

/** Where in a model a weight sits, as far as pruning treats it apart. */
public enum Place {
  /** The first weight, where it is a convolution: few weights that all other features rest on. */
  STEM,
  INNER,
  /** The last linear layer. */
  CLASSIFIER
}
