package dev.espalier.prune;

import dev.espalier.nn.train.TrainingListener;

/**
 * A scorer that must watch the training of the model first. A {@link Method} holds a blank one;
 * each {@link Pruner} works with a {@link #fresh} one of its own, whose {@link #listener} belongs
 * into the training plan.
 */
public interface TrainingScorer extends Scorer {
  /** A scorer of the same kind that has seen nothing yet. */
  TrainingScorer fresh();

  /** What watches. */
  TrainingListener listener();
}
