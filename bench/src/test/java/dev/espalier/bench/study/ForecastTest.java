package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ForecastTest {
  private final Forecast forecast = new Forecast(1);

  @Test
  void nothingToDoIsDone() {
    assertThat(forecast.left()).contains(Duration.ZERO);
    assertThat(forecast.done()).isEqualTo(1);
  }

  @Test
  void nothingIsKnownBeforeAnythingWasMeasured() {
    forecast.announce(forecast.add(5), 100, true);
    assertThat(forecast.left()).isEmpty();
    assertThat(forecast.done()).isZero();
  }

  @Test
  void stepsOfAnUntouchedPairCostByTheirMultiplyAdds() {
    Forecast.Work small = forecast.add(1);
    Forecast.Work large = forecast.add(10);
    forecast.announce(small, 100, true);
    forecast.announce(large, 100, true);
    forecast.steps(small, 50, 5); // 0.1 s each, so the large ones 1 s each
    assertThat(forecast.left().orElseThrow()).isEqualTo(Duration.ofSeconds(5 + 100));
    assertThat(forecast.done()).isCloseTo(5.0 / 110, within(1e-12));
    forecast.steps(large, 10, 2);
    assertThat(forecast.left().orElseThrow())
        .as("now they are known")
        .isEqualTo(Duration.ofSeconds(5 + 18));
  }

  @Test
  void trialsCostMoreThanTheirSteps() {
    Forecast.Work work = forecast.add(1);
    for (int i = 0; i < 3; i++) {
      forecast.announce(work, 10, true);
    }
    forecast.steps(work, 10, 10);
    forecast.trial(work, 4);
    assertThat(forecast.left().orElseThrow()).isEqualTo(Duration.ofSeconds(2 * (10 + 4)));
  }

  @Test
  void trialsSideBySideShareTheTimeAsLongAsThereAreSeveral() {
    var two = new Forecast(2);
    Forecast.Work work = two.add(1);
    for (int i = 0; i < 3; i++) {
      two.announce(work, 10, true);
    }
    two.steps(work, 10, 10);
    two.trial(work, 0);
    assertThat(two.left().orElseThrow()).isEqualTo(Duration.ofSeconds(10));
    two.steps(work, 10, 10);
    two.trial(work, 0);
    assertThat(two.left().orElseThrow()).as("the last one").isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void whatIsDroppedCostsNothing() {
    Forecast.Work work = forecast.add(1);
    forecast.announce(work, 10, true);
    forecast.announce(work, 10, true);
    forecast.steps(work, 10, 10);
    forecast.trial(work, 0);
    forecast.drop(work, 10, true);
    assertThat(forecast.left()).contains(Duration.ZERO);
    assertThat(forecast.done()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 s", "99, 99 s", "119, 2 min", "3500, 58 min", "3600, 1 h 00 min"})
  void durationsAreShort(long seconds, String text) {
    assertThat(Forecast.text(Duration.ofSeconds(seconds))).isEqualTo(text);
  }
}
