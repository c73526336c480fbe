package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final int COUNT = 20_000;

  private static Variable ones() {
    return Variable.leaf(Tensor.full(DType.FLOAT32, Shape.of(COUNT), 1));
  }

  @Test
  void dropsTheRateAndScalesTheRest() {
    float[] y = Given.values(new Dropout(0.25, new Generator(1)).forward(ones()));
    int dropped = 0;
    for (float value : y) {
      assertThat(value == 0 || Math.abs(value - 4f / 3) < 1e-6).isTrue();
      dropped += value == 0 ? 1 : 0;
    }
    // Five standard deviations of a binomial share.
    assertThat((double) dropped / COUNT)
        .isCloseTo(0.25, within(5 * Math.sqrt(0.25 * 0.75 / COUNT)));
  }

  @Test
  void gradientsPassWhereValuesDid() {
    Variable x = ones();
    Variable y = new Dropout(0.5, new Generator(1)).forward(x);
    y.sum().backward();
    assertThat(Given.gradient(x)).isEqualTo(Given.values(y));
  }

  @Test
  void evaluationPassesEverything() {
    var dropout = new Dropout(0.5, new Generator(1));
    dropout.eval();
    Variable x = ones();
    assertThat(dropout.forward(x)).isSameAs(x);
    assertThat(dropout.generator().state().position()).isZero();
  }

  @Test
  void theGeneratorDecides() {
    var one = new Dropout(0.5, new Generator(1));
    var two = new Dropout(0.5, new Generator(1));
    float[] first = Given.values(one.forward(ones()));
    assertThat(Given.values(two.forward(ones()))).isEqualTo(first);
    assertThat(Given.values(one.forward(ones()))).isNotEqualTo(first);
  }

  @Test
  void ratesOutsideZeroToOneAreRefused() {
    for (double rate : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> new Dropout(rate, new Generator(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("" + rate);
    }
  }

  @Test
  void theRateMayChangeAndTheFirstOneIsRemembered() {
    var dropout = new Dropout(0.5, new Generator(1));
    dropout.setRate(0.25);
    assertThat(dropout.rate()).isEqualTo(0.25);
    assertThat(dropout.initialRate()).isEqualTo(0.5);
    assertThatThrownBy(() -> dropout.setRate(1)).hasMessageContainingAll("[0, 1)", "1.0");
  }
}
