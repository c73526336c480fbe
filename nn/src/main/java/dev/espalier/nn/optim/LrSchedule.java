package dev.espalier.nn.optim;

import java.util.Arrays;

/**
 * A learning-rate schedule: a pure function from the step to the factor that multiplies the base
 * rate.
 *
 * <p>Being pure it needs no state in a checkpoint, and can be tested and plotted. Steps count from
 * 0.
 */
@FunctionalInterface
public interface LrSchedule {
  /** The factor at a step. */
  double factor(long step);

  /** Always 1. */
  static LrSchedule constant() {
    return _ -> 1;
  }

  /** {@code gamma^floor(step / every)}. PyTorch: {@code StepLR}. */
  static LrSchedule step(long every, double gamma) {
    return step -> Math.pow(gamma, (double) Math.floorDiv(step, every));
  }

  /** {@code gamma} to the number of milestones reached. PyTorch: {@code MultiStepLR}. */
  static LrSchedule multiStep(double gamma, long... milestones) {
    long[] sorted = milestones.clone();
    Arrays.sort(sorted);
    return step -> Math.pow(gamma, (double) Arrays.stream(sorted).filter(m -> step >= m).count());
  }

  /**
   * Half a cosine from 1 at step 0 to {@code floor} at {@code total}, constant afterwards.
   *
   * <p>Source: I. Loshchilov, F. Hutter, SGDR (2017), without restarts. PyTorch: {@code
   * CosineAnnealingLR}, whose curve rises again.
   */
  static LrSchedule cosine(long total, double floor) {
    return step ->
        floor
            + (1 - floor)
                * 0.5
                * (1 + Math.cos(Math.PI * Math.min(step, total) / Math.max(1, total)));
  }

  /**
   * Rises linearly over the first {@code steps} steps ({@code (step + 1) / steps}), then follows
   * this schedule. PyTorch: {@code LinearLR} before another.
   */
  default LrSchedule withWarmUp(long steps) {
    return step -> factor(step) * Math.min(1, (step + 1.0) / Math.max(1, steps));
  }
}
