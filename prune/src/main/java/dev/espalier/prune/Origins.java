package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Tensor;
import java.util.Map;

/** The dense network that a pruned one comes from; its tensors are not the caller's to close. */
public interface Origins {
  /**
   * The state dict after a share of the dense run's steps: 0 for initial weights, 1 for trained
   * ones.
   *
   * @throws IllegalStateException naming the share, if it is not to be had
   */
  Map<String, Tensor> dense(double share);

  /** The trained dense network itself; the same one at every call. */
  Module teacher();
}
