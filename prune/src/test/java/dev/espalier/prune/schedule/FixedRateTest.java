package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.prune.Place;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FixedRateTest {
  private final FixedRate schedule = new FixedRate(0.2, 0.1);

  /** (0.8ⁿ · 265 200 + 0.9ⁿ · 1 000) / 266 200 in per cent, of LeNet-300-100. */
  @Test
  void hasTheDensitiesOfTheLotteryTickets() {
    double[] percent = {
      80.0, 64.1, 51.3, 41.1, 32.9, 26.3, 21.1, 16.9, 13.5, 10.8, 8.7, 7.0, 5.6, 4.5, 3.6, 2.9
    };
    for (int round = 1; round <= percent.length; round++) {
      double inner = schedule.density(round, 0.001);
      double classifier = schedule.densityAt(Place.CLASSIFIER, inner);
      assertThat(inner).isEqualTo(Math.pow(0.8, round));
      assertThat(classifier).isCloseTo(Math.pow(0.9, round), within(1e-12));
      assertThat(schedule.densityAt(Place.INNER, inner)).isEqualTo(inner);
      assertThat(100 * (inner * 265_200 + classifier * 1_000) / 266_200)
          .isCloseTo(percent[round - 1], within(0.05));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 15, 16})
  void takesTheRoundsThatTheTargetNeeds(int rounds) {
    double exact = Math.pow(0.8, rounds);
    assertThat(schedule.rounds(exact, 3)).isEqualTo(rounds);
    assertThat(schedule.rounds(exact * 0.999, 3)).isEqualTo(rounds);
    assertThat(schedule.rounds(exact * 0.95, 3)).isEqualTo(rounds + 1);
  }

  @Test
  void theLastRoundStopsAtTheTarget() {
    assertThat(schedule.rounds(0.6, 3)).isEqualTo(3);
    assertThat(schedule.density(2, 0.6)).isCloseTo(0.64, within(1e-15));
    assertThat(schedule.density(3, 0.6)).isEqualTo(0.6);
    assertThat(schedule.rounds(1, 3)).isEqualTo(1);
    assertThat(schedule.density(1, 1)).isEqualTo(1);
  }

  @Test
  void refusesWhatItCannotReach() {
    assertThatThrownBy(() -> schedule.rounds(0, 3)).hasMessageContainingAll("'rate-20'", "0.0");
    assertThatThrownBy(() -> new FixedRate(1)).hasMessageContainingAll("(0, 1)", "1.0");
  }

  @Test
  void oneRateTreatsAllLayersAlike() {
    assertThat(new FixedRate(0.2).tellsLayersApart()).isFalse();
    assertThat(schedule.tellsLayersApart()).isTrue();
  }
}
