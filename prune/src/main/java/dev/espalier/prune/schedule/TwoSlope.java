package dev.espalier.prune.schedule;

import dev.espalier.prune.Percent;
import dev.espalier.prune.Schedule;

/**
 * Prunes inside training what lies below a limit ε of its layer, which rises from the end of the
 * first epoch with one slope and from {@code ramp} on with one half as steep again, until {@code
 * end}: {@link TwoSlopeThreshold#reaching}.
 *
 * <p>Each layer's slopes follow from the trained dense network, by the source's heuristic: ε ends
 * at the quantile of its scores that is the sparsity asked for (the source takes the 90th
 * percentile of |w|, for some 90 %). Weights move under the rising limit, so the sparsity reached
 * is near the one asked for, not equal to it. Source: S. Narang, E. Elsen, G. Diamos, S. Sengupta,
 * Exploring Sparsity in Recurrent Neural Networks (2017), where a layer of recurrent and one of
 * linear weights have a limit each; here every layer has.
 *
 * @param ramp share of the steps after which the second slope begins
 * @param end share of the steps after which ε stays
 * @param every steps from one change of ε to the next; fewer where that makes less than ten changes
 */
public record TwoSlope(double ramp, double end, int every) implements Schedule.Threshold {
  private static final TwoSlope PUBLISHED = new TwoSlope(0.25, 0.5, 100);
  private static final int LEAST_CHANGES = 10;

  public TwoSlope {
    if (!(ramp > 0 && ramp < end && end <= 1) || every < 1) {
      throw new IllegalArgumentException(
          "two-slope schedule: needs 0 < ramp < end <= 1 and every >= 1 but got ramp %s, end %s, every %d"
              .formatted(ramp, end, every));
    }
  }

  /** A quarter and half of the steps, every 100. */
  public TwoSlope() {
    this(PUBLISHED.ramp, PUBLISHED.end, PUBLISHED.every);
  }

  @Override
  public String name() {
    return equals(PUBLISHED)
        ? "two-slope"
        : "two-slope-%s%%-%s%%-%d".formatted(Percent.of(ramp), Percent.of(end), every);
  }

  @Override
  public TwoSlopeThreshold limit(double q, long steps, long epoch) {
    long second = Math.max(1, Math.round(ramp * steps));
    long last = Math.max(second, Math.round(end * steps));
    long first = Math.clamp(epoch, 1, second);
    long rhythm = Math.clamp((last - first) / LEAST_CHANGES, 1, every);
    return TwoSlopeThreshold.reaching(q, first, second, last, (int) rhythm);
  }
}
