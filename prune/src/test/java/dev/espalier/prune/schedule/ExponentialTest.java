package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExponentialTest {
  private final Exponential schedule = new Exponential(0, 0.8, 20);

  @Test
  void removesTheSameShareOfTheRestInEachStep() {
    double[] densities = {1, 0.5, 0.25, 0.125, 0.0625, 0.0625};
    for (int i = 0; i < densities.length; i++) {
      assertThat(schedule.density(20L * i, 100, 0.0625)).isCloseTo(densities[i], within(1e-15));
    }
  }

  @Test
  void aTargetOfZeroIsReachedAtOnce() {
    assertThat(schedule.density(0, 100, 0)).isEqualTo(1);
    assertThat(schedule.density(20, 100, 0)).isZero();
  }
}
