package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {

  @ParameterizedTest
  @CsvSource({"2,2", "1.5,1.5", "0.05,0.05", "100,100", "1e7,10000000", "NaN,NaN"})
  void plainIsTheShortestDecimal(double value, String text) {
    assertThat(Numbers.plain(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0.0031,+0.31", "-0.0031,-0.31", "0,0.00", "-0.00001,0.00", "0.00001,0.00"})
  void pointsCarryTheirSignUnlessZero(double value, String text) {
    assertThat(Numbers.points(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"1.934,1.93", "9.994,9.99", "9.996,10.0", "31.96,32.0", "99.96,100", "250.4,250"})
  void timesHasThreeDigits(double value, String text) {
    assertThat(Numbers.times(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0.07081,0.0708", "0.4121,0.412", "4.0912,4.09", "81.26,81.3", "1234.6,1235"})
  void millisecondsHaveThreeDigits(double value, String text) {
    assertThat(Numbers.milliseconds(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0 B",
    "999,999 B",
    "1000,1.00 kB",
    "999600,1.00 MB",
    "53190,53.2 kB",
    "3e9,3.00 GB"
  })
  void bytesHaveDecimalUnits(double value, String text) {
    assertThat(Numbers.bytes(value)).isEqualTo(text);
  }

  @Test
  void countsAreGroupedInThousands() {
    assertThat(Numbers.count(266610)).isEqualTo("266,610");
  }

  @Test
  void largeNumbersHaveThreeDigitsAndAPrefix() {
    assertThat(Numbers.large(999)).isEqualTo("999");
    assertThat(Numbers.large(1234)).isEqualTo("1.23 k");
    assertThat(Numbers.large(7.1874e11)).isEqualTo("719 G");
    assertThat(Numbers.large(9.996e14)).isEqualTo("1.00 P");
  }
}
