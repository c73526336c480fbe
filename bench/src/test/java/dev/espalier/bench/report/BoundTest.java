package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundTest {
  @ParameterizedTest
  @CsvSource({
    "ERROR, 2.7, 2.7, true",
    "ERROR, 2.71, 2.7, false",
    "LOST, -0.3, 0.15, true",
    "LOST, 0.1501, 0.15, false",
    "BETTER, 1.5, 1.5, true",
    "BETTER, 1.49, 1.5, false",
    "SPEEDUP, 1.42, 1.43, false",
    "SPEEDUP, 9, 1.43, true",
    "LATENCY, 0.76, 0.75, false",
    "LATENCY, 0.2, 0.75, true",
    "COMPRESSION, 12.01, 12, true",
    "COMPRESSION, 11.99, 12, false"
  })
  void limitsHoldInTheirDirection(Bound bound, double value, double limit, boolean holds) {
    assertThat(bound.holds(value, limit)).isEqualTo(holds);
  }

  /** 100 · (1 - 0.973) is 2.7000000000000024. */
  @Test
  void roundingBreaksNoLimit() {
    assertThat(Bound.ERROR.holds(100 * (1 - 0.973), 2.7)).isTrue();
    assertThat(Bound.BETTER.holds(100 * 0.973 - 100 * 0.958, 1.5)).isTrue();
  }

  @Test
  void keysAreThoseOfStudyFiles() {
    assertThat(Bound.keys())
        .containsExactly(
            "error_at_most",
            "lost_at_most",
            "better_than",
            "speedup_at_least",
            "latency_at_most",
            "compression_at_least",
            "kept_between");
  }
}
