package dev.espalier.prune.schedule;

import dev.espalier.prune.Percent;
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
  private static final SparseEvolution USUAL = new SparseEvolution(0.3, new Window(0, 0.75, 100));

  public SparseEvolution {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "set schedule: the fraction must lie in (0, 1] but is " + fraction);
    }
  }

  /** With 30 % every 100 steps up to 3/4 of them. */
  public SparseEvolution() {
    this(USUAL.fraction, USUAL.window);
  }

  @Override
  public String name() {
    return equals(USUAL)
        ? "set"
        : "set-%s%%-%s%%-%s%%-%d"
            .formatted(
                Percent.of(fraction),
                Percent.of(window.begin()),
                Percent.of(window.end()),
                window.every());
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
