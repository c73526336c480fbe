package dev.espalier.prune;

import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import java.util.Arrays;
import java.util.List;

/**
 * Follows a {@link Schedule.Threshold} during training: prunes what lies below the limit of its
 * layer after the steps at which that has risen; what is pruned stays so.
 */
final class ThresholdPruning implements TrainingListener {
  private final Pruner pruner;
  private final List<Schedule.Threshold.Limit> limits;

  /**
   * A pruning run inside training.
   *
   * @param limits of the open sets of the pruner
   */
  ThresholdPruning(Pruner pruner, List<Schedule.Threshold.Limit> limits) {
    this.pruner = pruner;
    this.limits = List.copyOf(limits);
  }

  /**
   * The limits of a schedule.
   *
   * @param smallest of each open set, the smallest score that stays in the trained dense network at
   *     the density asked for; minus infinity where all do
   * @param epoch steps of an epoch
   * @throws IllegalArgumentException if one is not positive, so that no limit rises to it from zero
   */
  static ThresholdPruning of(
      Pruner pruner, Schedule.Threshold schedule, double[] smallest, long steps, long epoch) {
    List<GroupSet> open = pruner.open();
    for (int i = 0; i < smallest.length; i++) {
      if (!(smallest[i] > 0) && smallest[i] != Double.NEGATIVE_INFINITY) {
        throw new IllegalArgumentException(
            "schedule '%s': limits rise from zero, but at the density asked for scores of '%s' stay in '%s' from %s on; use a scorer of positive numbers such as 'magnitude'"
                .formatted(
                    schedule.name(),
                    pruner.method().scorer().name(),
                    open.get(i).name(),
                    smallest[i]));
      }
    }
    return new ThresholdPruning(
        pruner,
        Arrays.stream(smallest)
            .mapToObj(q -> q > 0 ? schedule.limit(q, steps, epoch) : NONE)
            .toList());
  }

  /** Of a layer that keeps everything. */
  private static final Schedule.Threshold.Limit NONE =
      new Schedule.Threshold.Limit() {
        @Override
        public boolean due(long step) {
          return false;
        }

        @Override
        public double epsilon(long step) {
          return Double.NEGATIVE_INFINITY;
        }
      };

  @Override
  public void afterStep(Trainer trainer, StepEvent event) {
    afterStep(event.step());
  }

  /** To be called after each training step, the first being 1. */
  void afterStep(long step) {
    if (limits.stream().anyMatch(limit -> limit.due(step))) {
      pruner.pruneBelow(limits.stream().mapToDouble(limit -> limit.epsilon(step)).toArray());
    }
  }
}
