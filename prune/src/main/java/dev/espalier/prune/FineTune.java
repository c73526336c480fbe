package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.Map;

/** What weights the survivors start again from: the fourth axis of a pruning method. */
public interface FineTune {
  /** Name for the registry and the results. */
  String name();

  /**
   * Prepares a freshly pruned module for training on; the masks are in place and stay.
   *
   * @param initial the state dict before any training
   */
  void prepare(Module module, Map<String, Tensor> initial, Generator generator);
}
