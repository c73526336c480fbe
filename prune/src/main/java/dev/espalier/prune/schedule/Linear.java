package dev.espalier.prune.schedule;

/**
 * The same number of weights at every pruning step: density {@code d_t = 1 - (1 - d) (t - t0) / (t1
 * - t0)}.
 *
 * <p>The cubic schedule of M. Zhu, S. Gupta (2017) with exponent 1.
 *
 * @param window t0, t1 and the distance of pruning steps
 */
public record Linear(Window window) implements Windowed {
  /** Over a window given by its parts. */
  public Linear(double begin, double end, int every) {
    this(new Window(begin, end, every));
  }

  @Override
  public String family() {
    return "linear";
  }

  @Override
  public double density(long step, long steps, double last) {
    return 1 - (1 - last) * window.progress(step, steps);
  }
}
