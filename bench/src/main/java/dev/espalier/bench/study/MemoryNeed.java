package dev.espalier.bench.study;

import dev.espalier.nn.ModelSummary;

/**
 * How much memory outside the heap a trial is expected to need at most: weights with their
 * gradients, momentum, scores and copies, and the activations of the largest batch with their
 * gradients and scratch.
 */
final class MemoryNeed {
  private static final int WEIGHT_COPIES = 10;
  private static final int TRAINING_COPIES = 4;
  private static final int EVALUATION_COPIES = 2;
  private static final int BYTES = 4;

  private MemoryNeed() {}

  /**
   * The estimate in bytes.
   *
   * @param trainingBatch examples of a training step
   * @param scoringBatch the most examples that a scorer sees at once
   * @param derivatives the order of those that it takes: each keeps what the one before computed
   * @param evaluationBatch the most examples at once without gradients
   */
  static long of(
      ModelSummary summary,
      int trainingBatch,
      int scoringBatch,
      int derivatives,
      int evaluationBatch) {
    long activations = summary.rows().stream().mapToLong(row -> row.output().size()).sum();
    long training = Math.max(trainingBatch, (long) derivatives * scoringBatch);
    long examples =
        Math.max(TRAINING_COPIES * training, (long) EVALUATION_COPIES * evaluationBatch);
    return BYTES * (WEIGHT_COPIES * summary.parameters() + examples * activations);
  }
}
