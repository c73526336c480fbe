package dev.espalier.prune.schedule;

import dev.espalier.prune.Schedule;

/**
 * The magnitude below which a layer's weights are pruned at a training step; it rises with slope θ,
 * then with slope φ, and never falls.
 *
 * <p>With {@code u = start + freq ⌊(t - start) / freq⌋}: {@code ε = θ (u - start + 1) / freq} from
 * start until ramp, {@code ε = (θ (ramp - start + 1) + φ (u - ramp + 1)) / freq} until end, and
 * constant from there; 0 before start. Source: S. Narang, E. Elsen, G. Diamos, S. Sengupta,
 * Exploring Sparsity in Recurrent Neural Networks (2017), where φ is 1.5 to 2 θ.
 *
 * @param theta θ, the first slope
 * @param phi φ, the second slope
 * @param start first step that prunes
 * @param ramp step at which the slope changes
 * @param end last step that prunes
 * @param every freq, the steps from one change of ε to the next
 */
public record TwoSlopeThreshold(
    double theta, double phi, long start, long ramp, long end, int every)
    implements Schedule.Threshold.Limit {
  private static final double STEEPER = 1.5;

  public TwoSlopeThreshold {
    if (!(theta >= 0 && phi >= 0) || start < 0 || ramp < start || end < ramp || every < 1) {
      throw new IllegalArgumentException(
          "threshold: needs slopes >= 0, 0 <= start <= ramp <= end and every >= 1 but got %s, %s, %d, %d, %d and %d"
              .formatted(theta, phi, start, ramp, end, every));
    }
  }

  /**
   * The slopes that bring ε to about q at the end: {@code θ = 2 q freq / (2 (ramp - start) + 3 (end
   * - ramp))}, {@code φ = 1.5 θ}.
   *
   * @param q the percentile of |w| of a trained dense network of this kind that is to go; in the
   *     source the 90th
   */
  public static TwoSlopeThreshold reaching(double q, long start, long ramp, long end, int every) {
    double theta = 2 * q * every / (2.0 * (ramp - start) + 3.0 * (end - ramp));
    return new TwoSlopeThreshold(theta, STEEPER * theta, start, ramp, end, every);
  }

  /** ε at a step. */
  @Override
  public double epsilon(long step) {
    if (step < start) {
      return 0;
    }
    long last = Math.min(step, end);
    long event = last - (last - start) % every;
    return event < ramp
        ? theta * (event - start + 1) / every
        : (theta * (ramp - start + 1) + phi * (event - ramp + 1)) / every;
  }

  /** Whether ε changes at a step. */
  @Override
  public boolean due(long step) {
    return step >= start && step <= end && (step - start) % every == 0;
  }
}
