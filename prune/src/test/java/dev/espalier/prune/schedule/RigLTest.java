package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RigLTest {
  /** cos 0, 60°, 90°, 120°, 180°. */
  @Test
  void theFractionFallsAlongACosine() {
    var schedule = new RigL(0.4, 10, 0.6);
    assertThat(schedule.fraction(0, 100)).isCloseTo(0.4, within(1e-15));
    assertThat(schedule.fraction(20, 100)).isCloseTo(0.3, within(1e-15));
    assertThat(schedule.fraction(30, 100)).isCloseTo(0.2, within(1e-15));
    assertThat(schedule.fraction(40, 100)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.fraction(60, 100)).isCloseTo(0, within(1e-15));
    assertThat(schedule.fraction(90, 100)).isCloseTo(0, within(1e-15));
  }

  @Test
  void isDueEveryFewStepsUntilTheEnd() {
    var schedule = new RigL(0.3, 20, 0.6);
    assertThat(LongStream.rangeClosed(0, 100).filter(step -> schedule.due(step, 100)))
        .containsExactly(20L, 40L);
  }

  @Test
  void hasThePapersConstants() {
    assertThat(new RigL()).isEqualTo(new RigL(0.3, 100, 0.75));
    assertThatThrownBy(() -> new RigL(0.3, 100, 0)).hasMessageContainingAll("end in (0, 1]", "0.0");
  }
}
