package dev.espalier.prune;

/** Follows a scorer over its data. */
@FunctionalInterface
public interface ScoringListener {
  /** Does nothing. */
  ScoringListener NONE = (_, _, _) -> {};

  /**
   * Called after each batch.
   *
   * @param scorer whose pass it is
   * @param batch batches done in this pass, from 1
   * @param batches batches of the pass; a scorer may make several passes
   */
  void onBatch(String scorer, int batch, int batches);
}
