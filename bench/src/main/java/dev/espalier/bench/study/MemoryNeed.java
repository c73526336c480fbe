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
   * @param trainingBatch the most examples of which gradients are taken at once
   * @param evaluationBatch the most examples at once without
   */
  static long of(ModelSummary summary, int trainingBatch, int evaluationBatch) {
    long activations = summary.rows().stream().mapToLong(row -> row.output().size()).sum();
    long examples =
        Math.max(
            (long) TRAINING_COPIES * trainingBatch, (long) EVALUATION_COPIES * evaluationBatch);
    return BYTES * (WEIGHT_COPIES * summary.parameters() + examples * activations);
  }
}
