package dev.espalier.prune.schedule;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Schedule;

/**
 * Removes weights in proportion to the learning rate η: density {@code d_t = 1 - (1 - d) Σ_{t0 < i
 * <= t} η_i / Σ_{t0 < i <= t1} η_i}.
 *
 * <p>As the rate falls, fewer weights go in each step, since the network recovers more slowly; at a
 * constant rate it is {@link Linear}. Source: the remark of M. Zhu, S. Gupta, To Prune, or Not to
 * Prune (2017), that pruning should slow down with the rate, made into a rule.
 *
 * <p>Numerical remark: the sums are of non-negative terms in double precision.
 *
 * @param window t0, t1 and the distance of pruning steps
 */
public record RateTied(Window window) implements Windowed {
  /** What is usual. */
  public static final Window USUAL = new Window(0.1, 0.9, 100);

  /** Over a window given by its parts. */
  public RateTied(double begin, double end, int every) {
    this(new Window(begin, end, every));
  }

  @Override
  public String family() {
    return "rate-tied";
  }

  @Override
  public Window usual() {
    return USUAL;
  }

  /**
   * Not known without the rates.
   *
   * @throws IllegalStateException always; ask what {@link #along} returns
   */
  @Override
  public double density(long step, long steps, double last) {
    throw new IllegalStateException(
        "schedule 'rate-tied': the density follows the learning rates of a run; call along(steps,"
            + " rates) first");
  }

  @Override
  public Schedule.Gradual along(long steps, LrSchedule rates) {
    long first = window.first(steps);
    double[] sums = new double[Math.toIntExact(window.last(steps) - first) + 1];
    for (int i = 1; i < sums.length; i++) {
      double rate = rates.factor(first + i - 1); // the rate of the i-th step; rates count from 0
      if (!(rate >= 0)) {
        throw new IllegalArgumentException(
            "schedule 'rate-tied': the learning rate's factor must be >= 0 but is %s at step %d"
                .formatted(rate, first + i - 1));
      }
      sums[i] = sums[i - 1] + rate;
    }
    if (!(sums[sums.length - 1] > 0)) {
      throw new IllegalArgumentException(
          "schedule 'rate-tied': the learning rate is 0 from step %d to %d; nothing would be pruned"
              .formatted(first, window.last(steps)));
    }
    return new Bound(window, steps, sums);
  }

  /** With the rates of a run. */
  private record Bound(Window window, long bound, double[] sums) implements Windowed {
    @Override
    public String family() {
      return "rate-tied";
    }

    @Override
    public Window usual() {
      return USUAL;
    }

    @Override
    public double density(long step, long steps, double last) {
      if (steps != bound) {
        throw new IllegalArgumentException(
            "schedule 'rate-tied': made for a run of %d steps but asked about one of %d"
                .formatted(bound, steps));
      }
      int i = (int) Math.clamp(step - window.first(steps), 0, sums.length - 1L);
      return i == sums.length - 1 ? last : 1 - (1 - last) * sums[i] / sums[sums.length - 1];
    }
  }
}
