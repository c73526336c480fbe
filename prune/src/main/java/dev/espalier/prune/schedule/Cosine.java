package dev.espalier.prune.schedule;

/**
 * Half a cosine: density {@code d_t = d + (1 - d) (1 + cos(π (t - t0) / (t1 - t0))) / 2}.
 *
 * <p>Slow at both ends and fast in the middle. The learning-rate curve of I. Loshchilov, F. Hutter,
 * SGDR (2017), used for densities.
 *
 * @param window t0, t1 and the distance of pruning steps
 */
public record Cosine(Window window) implements Windowed {
  /** Over a window given by its parts. */
  public Cosine(double begin, double end, int every) {
    this(new Window(begin, end, every));
  }

  @Override
  public String family() {
    return "cosine";
  }

  @Override
  public double density(long step, long steps, double last) {
    double wave = Math.cos(Math.PI * window.progress(step, steps));
    return last + (1 - last) * 0.5 * (1 + wave);
  }
}
