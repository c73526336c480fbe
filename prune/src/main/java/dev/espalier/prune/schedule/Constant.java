package dev.espalier.prune.schedule;

/**
 * The target density from the first pruning step on.
 *
 * <p>Under a hard mask that prunes once, inside training; under a soft one the choice is made anew
 * every time. Source: the constant pruning rate of Y. He et al., Soft Filter Pruning for
 * Accelerating Deep Convolutional Neural Networks (2018), there after each epoch.
 *
 * @param window t0, t1 and the distance of pruning steps
 */
public record Constant(Window window) implements Windowed {
  /** What is usual. */
  public static final Window USUAL = new Window(0.05, 0.9, 100);

  /** Over a window given by its parts. */
  public Constant(double begin, double end, int every) {
    this(new Window(begin, end, every));
  }

  @Override
  public String family() {
    return "constant";
  }

  @Override
  public Window usual() {
    return USUAL;
  }

  @Override
  public double density(long step, long steps, double last) {
    return step < window.first(steps) ? 1 : last;
  }
}
