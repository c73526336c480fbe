package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/**
 * Sparse evolutionary training: now and then a constant share ζ of each layer's weights, those of
 * smallest score, is dropped and as many others grow at random.
 *
 * <p>Source: D. Mocanu et al., Scalable Training of Artificial Neural Networks with Adaptive Sparse
 * Connectivity Inspired by Network Science (2018), with ζ = 0.3 after each epoch. There the
 * smallest positive and the largest negative weights go in equal shares and grown weights start at
 * random; here the smallest of either sign go and grown weights start at zero.
 *
 * @param fraction ζ
 * @param window when
 */
public record SparseEvolution(double fraction, Window window) implements Schedule.DropAndGrow {
  public SparseEvolution {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "set schedule: the fraction must lie in (0, 1] but is " + fraction);
    }
  }

  @Override
  public String name() {
    return "set";
  }

  @Override
  public boolean due(long step, long steps) {
    return step > 0 && window.due(step, steps);
  }

  @Override
  public double fraction(long step, long steps) {
    return fraction;
  }

  @Override
  public Growth growth() {
    return Growth.RANDOM;
  }
}
