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
  private final double initialRate;
  private double rate;
  private final Generator generator;

  /**
   * Draws from the given generator.
   *
   * @throws IllegalArgumentException if the rate is not in [0, 1)
   */
  public Dropout(double rate, Generator generator) {
    this.initialRate = checked(rate);
    this.rate = rate;
    this.generator = generator("generator", generator);
  }

  private static double checked(double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("Dropout: the rate must lie in [0, 1) but is " + rate);
    }
    return rate;
  }

  /** The share of elements that is zeroed now. */
  public double rate() {
    return rate;
  }

  /** The share of elements that the layer was made with. */
  public double initialRate() {
    return initialRate;
  }

  /**
   * Changes the rate, for pruned networks; checkpoints do not hold it, so it must be set again when
   * training resumes.
   *
   * @throws IllegalArgumentException if the rate is not in [0, 1)
   */
  public void setRate(double newRate) {
    rate = checked(newRate);
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
