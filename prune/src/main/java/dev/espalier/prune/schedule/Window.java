package dev.espalier.prune.schedule;

import dev.espalier.prune.Percent;

/**
 * When a schedule inside training is due: from step t0 to t1, every {@code every} steps.
 *
 * @param begin t0 as a share of all steps
 * @param end t1 as a share of all steps
 * @param every distance of pruning steps; the last one, at t1, is never skipped
 */
public record Window(double begin, double end, int every) {
  /** From 10 % to 60 % of the steps, every 100. */
  public static final Window STANDARD = new Window(0.1, 0.6, 100);

  public Window {
    if (!(begin >= 0 && begin < end && end <= 1) || every < 1) {
      throw new IllegalArgumentException(
          "schedule: needs 0 <= begin < end <= 1 and every >= 1 but got begin %s, end %s, every %d"
              .formatted(begin, end, every));
    }
  }

  /** What tells a name of a schedule with this window from that with the usual one. */
  String suffix(Window usual) {
    return equals(usual)
        ? ""
        : "-%s%%-%s%%-%d".formatted(Percent.of(begin), Percent.of(end), every);
  }

  /** t0. */
  public long first(long steps) {
    return Math.round(begin * steps);
  }

  /** t1. */
  public long last(long steps) {
    return Math.round(end * steps);
  }

  /** Whether a step is one of the window's. */
  public boolean due(long step, long steps) {
    long first = first(steps);
    long last = last(steps);
    return step >= first && step <= last && ((step - first) % every == 0 || step == last);
  }

  /** {@code (t - t0) / (t1 - t0)}, clamped to [0, 1]. */
  public double progress(long step, long steps) {
    long first = first(steps);
    return Math.clamp((double) (step - first) / Math.max(1, last(steps) - first), 0, 1);
  }
}
