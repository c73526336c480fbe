package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/**
 * The gradual cubic schedule: sparsity {@code s_t = s_f (1 - (1 - (t - t0) / (t1 - t0))³)} from
 * step t0 to t1, every {@code every} steps.
 *
 * <p>Prunes fast while there is much to spare and slowly at the end. Source: M. Zhu, S. Gupta, To
 * Prune, or Not to Prune (2017), with initial sparsity 0.
 *
 * @param begin t0 as a share of all steps
 * @param end t1 as a share of all steps
 * @param every distance of pruning steps; the last one, at t1, is never skipped
 */
public record Cubic(double begin, double end, int every) implements Schedule.Gradual {
  public Cubic {
    if (!(begin >= 0 && begin < end && end <= 1) || every < 1) {
      throw new IllegalArgumentException(
          "cubic schedule: needs 0 <= begin < end <= 1 and every >= 1 but got begin %s, end %s, every %d"
              .formatted(begin, end, every));
    }
  }

  @Override
  public String name() {
    return "cubic";
  }

  @Override
  public boolean due(long step, long steps) {
    long first = Math.round(begin * steps);
    long last = Math.round(end * steps);
    return step >= first && step <= last && ((step - first) % every == 0 || step == last);
  }

  @Override
  public double density(long step, long steps, double last) {
    long first = Math.round(begin * steps);
    long end1 = Math.round(end * steps);
    double t = Math.clamp((double) (step - first) / Math.max(1, end1 - first), 0, 1);
    double left = 1 - t;
    return 1 - (1 - last) * (1 - left * left * left);
  }
}
