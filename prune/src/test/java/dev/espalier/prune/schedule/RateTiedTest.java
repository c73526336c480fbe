package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Schedule;
import org.junit.jupiter.api.Test;

class RateTiedTest {
  private final RateTied schedule = new RateTied(0, 1, 1);

  /** Rates 1 1 1 1 0.1 0.1 0.1 0.1 sum to 4.4, so 8/11 · {1/4 … 1} and then a tenth of that. */
  @Test
  void aTenthOfTheRateRemovesATenthPerStep() {
    Schedule.Gradual bound = schedule.along(8, LrSchedule.multiStep(0.1, 4));
    double[] sums = {0, 1, 2, 3, 4, 4.1, 4.2, 4.3, 4.4};
    for (int step = 0; step < sums.length; step++) {
      assertThat(bound.density(step, 8, 0.12))
          .isCloseTo(1 - 0.88 * sums[step] / 4.4, within(1e-12));
    }
    assertThat(bound.density(8, 8, 0.12)).isEqualTo(0.12);
  }

  @Test
  void aConstantRateMakesItLinear() {
    Schedule.Gradual bound = new RateTied(0.2, 0.6, 10).along(100, LrSchedule.constant());
    var linear = new Linear(0.2, 0.6, 10);
    for (long step = 0; step <= 100; step++) {
      assertThat(bound.density(step, 100, 0.1))
          .isCloseTo(linear.density(step, 100, 0.1), within(1e-12));
      assertThat(bound.due(step, 100)).isEqualTo(linear.due(step, 100));
    }
  }

  @Test
  void stepsRemoveLessAsTheRateFalls() {
    Schedule.Gradual bound = schedule.along(50, LrSchedule.cosine(50, 0));
    double before = Double.POSITIVE_INFINITY;
    for (long step = 1; step <= 50; step++) {
      double removed = bound.density(step - 1, 50, 0.1) - bound.density(step, 50, 0.1);
      assertThat(removed).isBetween(0.0, before + 1e-12);
      before = removed;
    }
  }

  @Test
  void withoutRatesItRefusesToGuess() {
    assertThatThrownBy(() -> schedule.density(3, 8, 0.5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'rate-tied'", "along");
    assertThatThrownBy(() -> schedule.along(8, _ -> 0)).hasMessageContainingAll("0 from step 0");
    assertThatThrownBy(() -> schedule.along(8, LrSchedule.constant()).density(1, 9, 0.5))
        .hasMessageContainingAll("8", "9");
  }
}
