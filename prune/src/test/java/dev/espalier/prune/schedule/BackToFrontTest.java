package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.prune.Schedule.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackToFrontTest {
  private final BackToFront schedule = new BackToFront();

  @Test
  void opensOneLayerPerRoundFromTheBack() {
    assertThat(schedule.rounds(0.1, 3)).isEqualTo(3);
    for (int round = 1; round <= 3; round++) {
      for (int layer = 0; layer < 3; layer++) {
        assertThat(schedule.opens(round, layer, 3)).isEqualTo(layer == 3 - round);
      }
    }
  }

  @Test
  void theWholeLosesAnEqualPartInEveryRound() {
    List<Point> curve = schedule.curve(0, 4, 0.2);
    double[] densities = {1, 0.8, 0.6, 0.4, 0.2};
    assertThat(curve).hasSize(5);
    for (int i = 0; i < 5; i++) {
      assertThat(curve.get(i).density()).isCloseTo(densities[i], within(1e-15));
    }
  }
}
