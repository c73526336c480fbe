package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Init;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.Map;

/**
 * Survivors get new He-normal values, everything else its initial one.
 *
 * <p>Source: Z. Liu et al., Rethinking the Value of Network Pruning (2019), Scratch-E with the same
 * number of epochs.
 */
public record Reinitialise() implements FineTune {
  @Override
  public String name() {
    return "reinitialise";
  }

  @Override
  public void prepare(Module module, Map<String, Tensor> initial, Generator generator) {
    module.loadStateDict(initial);
    for (PrunableWeight weight : PrunableWeight.of(module)) {
      Init.heNormal(generator, weight.parameter());
      if (weight.parameter().mask() != null
          && weight.parameter().maskMode() == Parameter.MaskMode.HARD) {
        weight.parameter().mask().applyInPlace(weight.parameter().tensor());
      }
    }
  }
}
