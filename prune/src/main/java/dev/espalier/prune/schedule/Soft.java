package dev.espalier.prune.schedule;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Masking;
import dev.espalier.prune.Schedule;

/**
 * Another schedule whose pruned weights may come back: at every pruning step the choice is made
 * anew among all weights, and only the last one is final.
 *
 * @param curve when and how much
 * @param masking {@link Masking#ZEROED} or {@link Masking#HIDDEN}
 */
public record Soft(Schedule.Gradual curve, Masking masking) implements Schedule.Gradual {
  public Soft {
    if (masking == Masking.HARD || curve.masking() != Masking.HARD) {
      throw new IllegalArgumentException(
          "soft schedule: needs a schedule with hard masks and a soft masking but got %s of '%s' and %s"
              .formatted(curve.masking(), curve.name(), masking));
    }
  }

  @Override
  public String name() {
    return "soft-" + curve.name() + (masking == Masking.HIDDEN ? "-hidden" : "");
  }

  @Override
  public boolean due(long step, long steps) {
    return curve.due(step, steps);
  }

  @Override
  public double density(long step, long steps, double last) {
    return curve.density(step, steps, last);
  }

  @Override
  public Schedule.Gradual along(long steps, LrSchedule rates) {
    return new Soft(curve.along(steps, rates), masking);
  }
}
