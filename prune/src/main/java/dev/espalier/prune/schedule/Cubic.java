package dev.espalier.prune.schedule;

/**
 * The gradual cubic schedule: sparsity {@code s_t = s_f + (s_i - s_f) (1 - (t - t0) / (t1 - t0))³}
 * from step t0 to t1, every {@code every} steps.
 *
 * <p>Prunes fast while there is much to spare and slowly at the end. Source: M. Zhu, S. Gupta, To
 * Prune, or Not to Prune (2017).
 *
 * @param window t0, t1 and the distance of pruning steps
 * @param initialSparsity s_i, which holds from t0 on; 0 as a rule
 */
public record Cubic(Window window, double initialSparsity) implements Windowed {
  public Cubic {
    if (!(initialSparsity >= 0 && initialSparsity < 1)) {
      throw new IllegalArgumentException(
          "cubic schedule: the initial sparsity must lie in [0, 1) but is " + initialSparsity);
    }
  }

  /** With initial sparsity 0. */
  public Cubic(double begin, double end, int every) {
    this(new Window(begin, end, every), 0);
  }

  @Override
  public String family() {
    return "cubic";
  }

  @Override
  public double density(long step, long steps, double last) {
    if (step < window.first(steps)) {
      return 1;
    }
    double left = 1 - window.progress(step, steps);
    double begun = Math.min(initialSparsity, 1 - last);
    return last + ((1 - begun) - last) * left * left * left;
  }
}
