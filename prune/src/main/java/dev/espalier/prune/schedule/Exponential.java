package dev.espalier.prune.schedule;

/**
 * The same share of the remaining weights at every pruning step: density {@code d_t = d^((t - t0) /
 * (t1 - t0))}.
 *
 * <p>What {@link Iterative} is in rounds, inside training; a target density of 0 is reached at
 * once.
 *
 * @param window t0, t1 and the distance of pruning steps
 */
public record Exponential(Window window) implements Windowed {
  /** Over a window given by its parts. */
  public Exponential(double begin, double end, int every) {
    this(new Window(begin, end, every));
  }

  @Override
  public String family() {
    return "exponential";
  }

  @Override
  public double density(long step, long steps, double last) {
    return Math.pow(last, window.progress(step, steps));
  }
}
