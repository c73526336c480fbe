package dev.espalier.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class SpecialFunctionsTest {
  /** Relative agreement to 1e-15. */
  private static void assertClose(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, within(1e-15 * Math.abs(expected)));
  }

  @Test
  void erfHasItsTabulatedValues() {
    // digits from Abramowitz and Stegun, table 7.1, and NIST DLMF 7.23
    assertClose(SpecialFunctions.erf(0.1), 0.1124629160182849);
    assertClose(SpecialFunctions.erf(0.5), 0.5204998778130465);
    assertClose(SpecialFunctions.erf(1), 0.8427007929497149);
    assertClose(SpecialFunctions.erf(-2), -0.9953222650189527);
    assertClose(SpecialFunctions.erf(4.5), 0.9999999998033839);
    assertThat(SpecialFunctions.erf(30)).isEqualTo(1);
    assertThat(SpecialFunctions.erf(Double.NaN)).isNaN();
    assertThat(SpecialFunctions.erf(-0.0)).isEqualTo(-0.0);
  }

  @Test
  void erfcKeepsItsDigitsInTheTail() {
    assertThat(SpecialFunctions.erfc(3)).isCloseTo(2.209049699858544e-05, withinPercentage(1e-12));
    assertThat(SpecialFunctions.erfc(5)).isCloseTo(1.537459794428035e-12, withinPercentage(1e-12));
    assertThat(SpecialFunctions.erfc(10)).isCloseTo(2.088487583762545e-45, withinPercentage(1e-12));
    assertClose(SpecialFunctions.erfc(-1), 1.8427007929497148);
    assertThat(SpecialFunctions.erfc(28)).isZero();
  }

  @Test
  void erfIsContinuousWhereItsApproximationsMeet() {
    for (double x : new double[] {0.46875, 4}) {
      double below = SpecialFunctions.erf(Math.nextDown(x));
      assertClose(SpecialFunctions.erf(Math.nextUp(x)), below);
    }
  }

  @Test
  void sigmoidDoesNotOverflow() {
    assertThat(SpecialFunctions.sigmoid(-1000)).isZero();
    assertThat(SpecialFunctions.sigmoid(1000)).isEqualTo(1);
    assertClose(SpecialFunctions.sigmoid(-30), Math.exp(-30) / (1 + Math.exp(-30)));
  }

  @Test
  void derivativesMatchFiniteDifferences() {
    double h = 1e-6;
    for (double x = -6; x <= 6; x += 0.37) {
      double gelu = (SpecialFunctions.gelu(x + h) - SpecialFunctions.gelu(x - h)) / (2 * h);
      assertThat(SpecialFunctions.geluDerivative(x)).isCloseTo(gelu, within(1e-9));
      double silu = (SpecialFunctions.silu(x + h) - SpecialFunctions.silu(x - h)) / (2 * h);
      assertThat(SpecialFunctions.siluDerivative(x)).isCloseTo(silu, within(1e-9));
    }
  }

  @Test
  void activationsAreFiniteAtInfinity() {
    double minus = Double.NEGATIVE_INFINITY;
    double plus = Double.POSITIVE_INFINITY;
    assertThat(SpecialFunctions.gelu(minus)).isZero();
    assertThat(SpecialFunctions.silu(minus)).isZero();
    assertThat(SpecialFunctions.geluDerivative(minus)).isZero();
    assertThat(SpecialFunctions.siluDerivative(minus)).isZero();
    assertThat(SpecialFunctions.geluDerivative(plus)).isEqualTo(1);
    assertThat(SpecialFunctions.siluDerivative(plus)).isEqualTo(1);
  }
}
