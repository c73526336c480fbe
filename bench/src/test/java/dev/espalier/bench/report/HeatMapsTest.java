package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeatMapsTest {

  @ParameterizedTest
  @CsvSource({"0,0", "0.01,0", "0.1,5", "0.5,8", "1,9"})
  void shadesFollowTheLogarithmOfDensity(double density, int shade) {
    assertThat(HeatMaps.shade(density)).isEqualTo(shade);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1,100",
    "0.0004,<0.1",
    "0.0006,0.1",
    "0.9995,>99.9",
    "0.9991,99.9",
    "0.125,12.5"
  })
  void onlyEmptyAndFullLayersAreShownAsSuch(double density, String text) {
    assertThat(HeatMaps.percent(density)).isEqualTo(text);
  }
}
