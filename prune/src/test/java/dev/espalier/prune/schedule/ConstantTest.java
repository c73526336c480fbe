package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConstantTest {
  @Test
  void isAtTheTargetFromItsFirstStepOn() {
    var schedule = new Constant(0.1, 1, 30);
    assertThat(schedule.density(9, 100, 0.3)).isEqualTo(1);
    assertThat(schedule.density(10, 100, 0.3)).isEqualTo(0.3);
    assertThat(schedule.density(100, 100, 0.3)).isEqualTo(0.3);
    assertThat(schedule.curve(100, 1, 0.3))
        .extracting(point -> point.at())
        .containsExactly(0L, 10L, 40L, 70L, 100L);
  }
}
