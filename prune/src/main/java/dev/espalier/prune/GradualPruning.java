package dev.espalier.prune;

import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;

/**
 * Follows a {@link Schedule.Gradual} during training: prunes after the steps at which it is due.
 *
 * <p>A soft schedule chooses anew each time; the last time is final for every schedule.
 */
public final class GradualPruning implements TrainingListener {
  private final Pruner pruner;
  private final Schedule.Gradual schedule;
  private final Goal goal;
  private final long steps;
  private final long lastDue;
  private double density = Double.NaN;

  /**
   * A pruning run inside training.
   *
   * @param ratio the compression ratio to end at
   * @param steps training steps in all
   */
  public GradualPruning(Pruner pruner, Schedule.Gradual schedule, double ratio, long steps) {
    this(pruner, schedule, new Goal.Ratio(ratio), steps);
  }

  /**
   * A pruning run inside training.
   *
   * @param steps training steps in all
   */
  public GradualPruning(Pruner pruner, Schedule.Gradual schedule, Goal goal, long steps) {
    this.pruner = pruner;
    this.schedule = schedule;
    this.goal = goal;
    this.steps = steps;
    long last = steps;
    while (last > 0 && !schedule.due(last, steps)) {
      last--;
    }
    if (last == 0) {
      throw new IllegalArgumentException(
          "schedule '%s': is never due in %d steps, so nothing would be pruned; train longer"
              .formatted(schedule.name(), steps));
    }
    this.lastDue = last;
  }

  @Override
  public void afterStep(Trainer trainer, StepEvent event) {
    afterStep(event.step());
  }

  /**
   * To be called after each training step, the first being 1.
   *
   * @return whether masks changed
   */
  public boolean afterStep(long step) {
    if (!schedule.due(step, steps)) {
      return false;
    }
    if (step == lastDue) {
      pruner.bringBackHidden();
      goal.prune(pruner);
      return true;
    }
    if (Double.isNaN(density)) {
      density = goal.density(pruner);
    }
    pruner.pruneToDensity(schedule.density(step, steps, density), schedule.masking());
    return true;
  }
}
