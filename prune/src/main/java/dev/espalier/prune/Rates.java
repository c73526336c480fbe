package dev.espalier.prune;

import dev.espalier.nn.optim.LrSchedule;
import java.util.function.LongFunction;

/**
 * The learning rates of a recipe.
 *
 * @param denseSteps steps that the dense network was trained
 * @param recipe the schedule for a number of steps
 * @param trained the same for weights that are trained already
 */
public record Rates(
    long denseSteps, LongFunction<LrSchedule> recipe, LongFunction<LrSchedule> trained) {
  /** The same for all weights. */
  public Rates(long denseSteps, LongFunction<LrSchedule> recipe) {
    this(denseSteps, recipe, recipe);
  }

  /** The whole schedule, drawn over the new steps. */
  public LrSchedule afresh(long steps) {
    return recipe.apply(steps);
  }

  /** The schedule for weights that are trained already, drawn over the new steps. */
  public LrSchedule onward(long steps) {
    return trained.apply(steps);
  }

  /** The rate at which the dense run ended, all along. */
  public LrSchedule last() {
    double factor = recipe.apply(denseSteps).factor(Math.max(0, denseSteps - 1));
    return _ -> factor;
  }

  /** The end of the dense run's schedule once more, or before it its first rate. */
  public LrSchedule rewound(long steps) {
    LrSchedule dense = recipe.apply(denseSteps);
    return step -> dense.factor(Math.max(0, denseSteps - steps + step));
  }
}
