package dev.espalier.prune.tune;

import dev.espalier.nn.Module;
import dev.espalier.prune.FineTune;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Tensor;
import java.util.Map;

/**
 * Survivors go back to their initial values.
 *
 * <p>Source: J. Frankle, M. Carbin, The Lottery Ticket Hypothesis (2019). Running statistics go
 * back as well.
 */
public record Rewind() implements FineTune {
  @Override
  public String name() {
    return "rewind";
  }

  @Override
  public void prepare(Module module, Map<String, Tensor> initial, Generator generator) {
    module.loadStateDict(initial);
  }
}
