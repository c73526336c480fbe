package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.prune.FineTune;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.Map;

/** Trains on from the trained weights. Source: S. Han et al. (2015). */
public record Continue() implements FineTune {
  @Override
  public String name() {
    return "continue";
  }

  @Override
  public void prepare(Module module, Map<String, Tensor> initial, Generator generator) {
    // the trained weights are what is wanted
  }
}
