package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.InitRule;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.Map;

/**
 * What a {@link FineTune} has at hand to prepare a pruned module.
 *
 * @param module pruned, with the weights it was pruned by
 * @param origins where the weights came from
 * @param latest the state dict that {@link FineTune#capture} asked for, of the latest run of
 *     training; null if it asked for none, or there was no run but the dense one
 * @param init how the dense network's weights were drawn at first
 * @param generator the source of randomness
 */
public record Restart(
    Module module,
    Origins origins,
    Map<String, Tensor> latest,
    InitRule init,
    Generator generator) {
  /** The state at a share of the latest run: of the dense one if there was no other. */
  public Map<String, Tensor> latestOr(double share) {
    return latest == null ? origins.dense(share) : latest;
  }
}
