package dev.espalier.prune.schedule;

import dev.espalier.prune.Percent;
import dev.espalier.prune.Schedule;

/**
 * The rigged lottery: every ΔT steps until T_end the share {@code f = α / 2 (1 + cos(π t / T_end))}
 * of each layer's weights, those of smallest score, is dropped and as many grow where the gradient
 * is largest.
 *
 * <p>Source: U. Evci et al., Rigging the Lottery: Making All Tickets Winners (2020), with α = 0.3,
 * ΔT = 100 and T_end = 3/4 of the steps. There an update of the topology replaces the optimiser's
 * step; here it follows that step, with its gradient.
 *
 * @param alpha α
 * @param every ΔT
 * @param end T_end as a share of all steps
 */
public record RigL(double alpha, int every, double end) implements Schedule.DropAndGrow {
  private static final RigL PUBLISHED = new RigL(0.3, 100, 0.75);

  public RigL {
    if (!(alpha > 0 && alpha <= 1) || every < 1 || !(end > 0 && end <= 1)) {
      throw new IllegalArgumentException(
          "rigl schedule: needs alpha in (0, 1], every >= 1 and end in (0, 1] but got %s, %d and %s"
              .formatted(alpha, every, end));
    }
  }

  /** The constants of the paper. */
  public RigL() {
    this(PUBLISHED.alpha, PUBLISHED.every, PUBLISHED.end);
  }

  @Override
  public String name() {
    return equals(PUBLISHED)
        ? "rigl"
        : "rigl-%s%%-%s%%-%d".formatted(Percent.of(alpha), Percent.of(end), every);
  }

  private long last(long steps) {
    return Math.round(end * steps);
  }

  @Override
  public boolean due(long step, long steps) {
    return step > 0 && step < last(steps) && step % every == 0;
  }

  @Override
  public double fraction(long step, long steps) {
    double t = Math.min(1, (double) step / Math.max(1, last(steps)));
    return alpha / 2 * (1 + Math.cos(Math.PI * t));
  }

  @Override
  public Growth growth() {
    return Growth.GRADIENT;
  }
}
