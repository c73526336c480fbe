package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LinearTest {
  private final Linear schedule = new Linear(0.2, 0.6, 10);

  @Test
  void removesAsMuchInEachStep() {
    double[] densities = {1, 0.8, 0.6, 0.4, 0.2};
    for (int i = 0; i < densities.length; i++) {
      assertThat(schedule.density(20 + 10L * i, 100, 0.2)).isCloseTo(densities[i], within(1e-15));
    }
  }

  @Test
  void keepsEverythingBeforeAndTheTargetAfter() {
    assertThat(schedule.density(0, 100, 0.2)).isEqualTo(1);
    assertThat(schedule.density(100, 100, 0.2)).isCloseTo(0.2, within(1e-15));
    assertThat(schedule.due(19, 100)).isFalse();
    assertThat(schedule.due(60, 100)).isTrue();
    assertThat(schedule.due(70, 100)).isFalse();
  }
}
