package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CosineTest {
  private final Cosine schedule = new Cosine(0, 0.6, 10);

  /** cos 0, 60°, 90°, 120°, 180° are 1, 1/2, 0, -1/2, -1. */
  @Test
  void followsHalfACosine() {
    long[] steps = {0, 20, 30, 40, 60, 100};
    double[] densities = {1, 0.8, 0.6, 0.4, 0.2, 0.2};
    for (int i = 0; i < steps.length; i++) {
      assertThat(schedule.density(steps[i], 100, 0.2)).isCloseTo(densities[i], within(1e-15));
    }
  }

  @Test
  void neverGrowsBack() {
    for (long step = 1; step <= 200; step++) {
      assertThat(schedule.density(step, 200, 0.05))
          .isLessThanOrEqualTo(schedule.density(step - 1, 200, 0.05));
    }
  }
}
