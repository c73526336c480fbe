package dev.espalier.bench.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SpearmanTest {
  private static final double EXACT = 1e-12;

  @Test
  void ranksStartAtOneAndEqualValuesShareTheirMeanRank() {
    assertThat(Spearman.ranks(30, 10, 20)).containsExactly(3, 1, 2);
    assertThat(Spearman.ranks(5, 1, 5, 0)).containsExactly(3.5, 2, 3.5, 1);
    assertThat(Spearman.ranks(7, 7, 7)).containsExactly(2, 2, 2);
    assertThat(Spearman.ranks()).isEmpty();
  }

  @Test
  void anyRisingFunctionIsOneAndAnyFallingMinusOne() {
    double[] x = {1, 2, 3, 4};
    assertThat(Spearman.of(x, new double[] {1, 10, 11, 1000})).isCloseTo(1, within(EXACT));
    assertThat(Spearman.of(x, new double[] {0, -1, -5, -6})).isCloseTo(-1, within(EXACT));
  }

  @Test
  void withoutTiesItIsTheSumOfSquaredRankDifferences() {
    // ranks 1 2 3 4 5 against 2 1 4 3 5: d² sums to 4, and 1 - 6·4 / (5·24) = 0.8
    double[] x = {1, 2, 3, 4, 5};
    double[] y = {0.2, 0.1, 0.4, 0.3, 0.5};
    assertThat(Spearman.of(x, y)).isCloseTo(0.8, within(EXACT));
  }

  @Test
  void withTiesItIsPearsonOfTheRanks() {
    // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: cov 4.5, variances 4.5 and 5
    double[] x = {1, 2, 2, 3};
    double[] y = {1, 2, 3, 4};
    assertThat(Spearman.of(x, y)).isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(EXACT));
  }

  @Test
  void aConstantSideIsZeroAndUnequalLengthsAreRefused() {
    assertThat(Spearman.of(new double[] {1, 1}, new double[] {1, 2})).isZero();
    assertThat(Spearman.of(new double[0], new double[0])).isZero();
    assertThatThrownBy(() -> Spearman.of(new double[1], new double[2]))
        .hasMessage("spearman: 1 values cannot be paired with 2");
  }
}
