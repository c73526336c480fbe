package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;

/**
 * Zeroes elements at random while training, scaling the others up. PyTorch: {@code
 * torch.nn.Dropout}.
 */
public final class Dropout extends Module {
  private final double rate;
  private final Generator generator;

  /**
   * Draws from the given generator.
   *
   * @throws IllegalArgumentException if the rate is not in [0, 1)
   */
  public Dropout(double rate, Generator generator) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("Dropout: the rate must lie in [0, 1) but is " + rate);
    }
    this.rate = rate;
    this.generator = generator("generator", generator);
  }

  public Generator generator() {
    return generator;
  }

  @Override
  public Variable forward(Variable x) {
    return training() && rate > 0 ? F.dropout(x, rate, generator) : x;
  }

  @Override
  public String toString() {
    return "Dropout(%s)".formatted(rate);
  }
}
