package dev.espalier.prune;

import dev.espalier.nn.data.DataLoader;
import dev.espalier.nn.loss.Loss;
import dev.espalier.tensor.Tensor;

/**
 * What data-dependent scorers compute on: some batches of the training set with a loss.
 *
 * <p>Examples sorted by class mislead every such scorer, so a batch of one class is refused.
 */
public interface ScoringData {
  /** Receives a batch; its tensors are valid during the call only. */
  interface BatchVisitor {
    /** Called once per batch. */
    void visit(Tensor inputs, Tensor targets);
  }

  /** What training minimises. */
  Loss loss();

  /** How many batches there are. */
  int batches();

  /**
   * Hands out the batches, the same ones at every call.
   *
   * @throws IllegalArgumentException if a batch holds one class only
   */
  void forEach(BatchVisitor visitor);

  /**
   * The next batches of a loader, which is left where it was.
   *
   * @throws IllegalArgumentException if the loader is in class order, or the number not positive
   */
  static ScoringData of(DataLoader loader, int batches, Loss loss) {
    return new LoaderData(loader, batches, loss);
  }
}
