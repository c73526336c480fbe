package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AtInitialisationTest {
  @Test
  void oneRoundGoesStraightToTheTarget() {
    assertThat(new AtInitialisation().density(1, 0.05)).isEqualTo(0.05);
  }

  @Test
  void roundsAreEvenInTheLogarithm() {
    var schedule = new AtInitialisation(100);
    assertThat(schedule.density(50, 0.01)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.density(100, 0.01)).isEqualTo(0.01);
    assertThat(schedule.curve(0, 1, 0.01)).hasSize(101);
  }

  @Test
  void needsARound() {
    assertThatThrownBy(() -> new AtInitialisation(0)).hasMessageContainingAll(">= 1", "0");
  }
}
