package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and dropout. */
class FTest {
  private static final double LN2 = Math.log(2);

  @Test
  void negativeLogLikelihoodIsTheMeanOverRows() {
    Variable logProbabilities = Given.leaf(Shape.of(2, 2), -1, -2, -3, -5);
    assertThat(F.nll(logProbabilities, Given.indices(1, 0)).tensor().item()).isEqualTo(2.5);
  }

  @Test
  void crossEntropyOfEqualLogitsIsTheLogarithmOfTheClassCount() {
    Variable logits = Given.leaf(Shape.of(2, 4), new double[8]);
    Variable loss = F.crossEntropy(logits, Given.indices(3, 0), 0);
    loss.backward();
    assertThat(loss.tensor().item()).isCloseTo(Math.log(4), within(1e-15));
    assertThat(Given.values(logits.grad()))
        .containsExactly(
            new double[] {0.125, 0.125, 0.125, -0.375, -0.375, 0.125, 0.125, 0.125}, within(1e-15));
  }

  @Test
  void labelSmoothingMixesInTheMeanOverClasses() {
    // p = (1/3, 2/3): hard loss ln 3 - ln 2, mean over classes ln 3 - ln 2 / 2
    Variable logits = Given.leaf(Shape.of(1, 2), 0, LN2);
    double smooth = F.crossEntropy(logits, Given.indices(1), 0.2).tensor().item();
    double expected = 0.8 * (Math.log(3) - LN2) + 0.2 * (Math.log(3) - LN2 / 2);
    assertThat(smooth).isCloseTo(expected, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1})
  void crossEntropyPassesTheGradientCheckTwice(double smoothing) {
    GradCheck.checkTwice(
        in -> F.crossEntropy(in.getFirst(), Given.indices(2, 0, 1), smoothing),
        Given.uniform(1, -2, 2, 3, 3));
  }

  @Test
  void meanSquaredErrorAveragesOverAllElements() {
    assertThat(F.mse(Given.vector(1, 2), Given.vector(3, 6)).tensor().item()).isEqualTo(10);
    GradCheck.checkTwice(
        in -> F.mse(in.get(0), in.get(1)), Given.random(2, 2, 3), Given.random(3, 2, 3));
  }

  @Test
  void divergenceIsZeroOfEqualDistributionsAndAveragesOverRows() {
    Variable p = F.logSoftmax(Given.leaf(Shape.of(2, 2), 0, LN2, 0, LN2));
    Variable q = F.logSoftmax(Given.leaf(Shape.of(2, 2), 0, LN2, 0, 0));
    assertThat(F.klDiv(p, p).tensor().item()).isZero();
    double second = Math.log(2.0 / 3) / 3 + 2 * Math.log(4.0 / 3) / 3;
    assertThat(F.klDiv(q, p).tensor().item()).isCloseTo(second / 2, within(1e-15));
    GradCheck.checkTwice(
        in -> F.klDiv(F.logSoftmax(in.get(0)), F.logSoftmax(in.get(1))),
        Given.random(4, 2, 3),
        Given.random(5, 2, 3));
  }

  @Test
  void dropoutZeroesTheRateAndScalesTheRest() {
    Variable x =
        Given.leaf(Shape.of(10_000), Arrays.stream(new double[10_000]).map(_ -> 3).toArray());
    Variable y = F.dropout(x, 0.25, new Generator(6));
    double[] values = Given.values(y);
    long dropped = Arrays.stream(values).filter(v -> v == 0).count();
    assertThat(Arrays.stream(values).filter(v -> v != 0)).allMatch(v -> v == 4.0);
    assertThat((double) dropped).isCloseTo(2500, within(5 * Math.sqrt(10_000 * 0.25 * 0.75)));
    y.sum().backward();
    assertThat(Given.values(x.grad()))
        .containsExactly(Arrays.stream(values).map(v -> v / 3).toArray());
  }

  @Test
  void dropoutRefusesARateOutsideItsRange() {
    for (double rate : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> F.dropout(Given.vector(1), rate, new Generator(7)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("dropout", "[0, 1)", Double.toString(rate));
    }
  }
}
