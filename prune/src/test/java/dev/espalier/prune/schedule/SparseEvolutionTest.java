package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SparseEvolutionTest {
  @Test
  void movesTheSameShareWheneverItIsDue() {
    var schedule = new SparseEvolution(0.3, new Window(0, 0.8, 30));
    assertThat(LongStream.rangeClosed(0, 100).filter(step -> schedule.due(step, 100)))
        .containsExactly(30L, 60L, 80L);
    assertThat(schedule.fraction(30, 100)).isEqualTo(schedule.fraction(80, 100)).isEqualTo(0.3);
  }

  @Test
  void theDensityIsConstant() {
    var schedule = new SparseEvolution(0.3, new Window(0, 0.8, 30));
    assertThat(schedule.curve(100, 1, 0.1)).extracting(point -> point.density()).containsOnly(0.1);
  }

  @Test
  void theFractionIsAShare() {
    assertThatThrownBy(() -> new SparseEvolution(0, new Window(0, 1, 1)))
        .hasMessageContainingAll("(0, 1]", "0.0");
  }
}
