package dev.espalier.prune;

/**
 * Follows a {@link Schedule.Gradual} during training: prunes after the steps at which it is due.
 */
public final class GradualPruning {
  private final Pruner pruner;
  private final Schedule.Gradual schedule;
  private final double ratio;
  private final long steps;
  private double density = Double.NaN;

  /**
   * A pruning run inside training.
   *
   * @param ratio the compression ratio to end at
   * @param steps training steps in all
   */
  public GradualPruning(Pruner pruner, Schedule.Gradual schedule, double ratio, long steps) {
    this.pruner = pruner;
    this.schedule = schedule;
    this.ratio = ratio;
    this.steps = steps;
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
    if (Double.isNaN(density)) {
      density = pruner.densityFor(ratio);
    }
    pruner.pruneToDensity(schedule.density(step, steps, density));
    return true;
  }
}
