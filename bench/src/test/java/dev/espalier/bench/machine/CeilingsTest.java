package dev.espalier.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CeilingsTest {
  @Test
  void theRoofIsBandwidthForLittleArithmeticAndPeakForMuch() {
    var ceilings = new Ceilings(100, 50);
    assertThat(ceilings.roof(1, 10)).isEqualTo(5);
    assertThat(ceilings.roof(1000, 10)).isEqualTo(100);
  }

  @Test
  void theHigherOfTwoLooksCounts() {
    assertThat(new Ceilings(100, 50).max(new Ceilings(90, 60))).isEqualTo(new Ceilings(100, 60));
  }

  @Test
  void copyingHasARate() {
    assertThat(CopyProbe.gigabytesPerSecond(1 << 16, 20)).isBetween(0.01, 1e5);
    assertThat(CopyProbe.gigabytesPerSecond(0, 1)).isPositive();
  }
}
