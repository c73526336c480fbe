package dev.espalier.prune.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TwoSlopeThresholdTest {
  /** θ = 0.1, φ = 0.2 per 10 steps: 0.01 (t - 99) and 0.01 · 51 + 0.02 (t - 149). */
  @Test
  void risesWithOneSlopeAndThenTheOther() {
    var threshold = new TwoSlopeThreshold(0.1, 0.2, 100, 150, 200, 10);
    assertThat(threshold.epsilon(99)).isZero();
    assertThat(threshold.epsilon(100)).isCloseTo(0.01, within(1e-12));
    assertThat(threshold.epsilon(109)).isCloseTo(0.01, within(1e-12));
    assertThat(threshold.epsilon(110)).isCloseTo(0.11, within(1e-12));
    assertThat(threshold.epsilon(140)).isCloseTo(0.41, within(1e-12));
    assertThat(threshold.epsilon(150)).isCloseTo(0.53, within(1e-12));
    assertThat(threshold.epsilon(200)).isCloseTo(1.53, within(1e-12));
    assertThat(threshold.epsilon(10_000)).isCloseTo(1.53, within(1e-12));
  }

  @Test
  void theSlopesBringItToThePercentile() {
    var threshold = TwoSlopeThreshold.reaching(0.3, 1000, 4000, 8000, 100);
    assertThat(threshold.theta()).isCloseTo(2 * 0.3 * 100 / (2 * 3000 + 3 * 4000), within(1e-15));
    assertThat(threshold.phi()).isCloseTo(1.5 * threshold.theta(), within(1e-15));
    // apart from the two "+ 1" of the rule
    double surplus = (threshold.theta() + threshold.phi()) / 100;
    assertThat(threshold.epsilon(8000)).isCloseTo(0.3 + surplus, within(1e-12));
  }

  @Test
  void neverDecreases() {
    for (int every : new int[] {1, 7, 100, 1000}) {
      var threshold = TwoSlopeThreshold.reaching(0.3, 130, 455, 977, every);
      for (long step = 1; step <= 1200; step++) {
        double risen = threshold.epsilon(step) - threshold.epsilon(step - 1);
        assertThat(risen).isNotNegative();
        assertThat(risen > 0).isEqualTo(threshold.due(step));
      }
    }
  }

  @Test
  void refusesStepsOutOfOrder() {
    assertThatThrownBy(() -> new TwoSlopeThreshold(1, 1, 5, 4, 9, 1))
        .hasMessageContainingAll("start <= ramp <= end", "5, 4, 9");
  }
}
