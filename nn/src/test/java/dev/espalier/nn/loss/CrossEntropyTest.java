package dev.espalier.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CrossEntropyTest {
  private static final double LOG3 = Math.log(3);
  private static final Tensor LABELS = Tensor.of(Shape.of(2), 1L, 0L);

  /** Probabilities 1/4, 3/4 and 1/2, 1/2. */
  private static Variable logits() {
    return Given.leaf(Shape.of(2, 2), 0, (float) LOG3, 5, 5);
  }

  @Test
  void meanOfTheNegativeLogProbabilities() {
    double expected = (Math.log(4.0 / 3) + Math.log(2)) / 2;
    assertThat(new CrossEntropy().of(logits(), LABELS).tensor().item())
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void theGradientIsProbabilityMinusTarget() {
    Variable logits = logits();
    new CrossEntropy().of(logits, LABELS).backward();
    assertThat(Given.gradient(logits))
        .containsExactly(new float[] {0.125f, -0.125f, -0.25f, 0.25f}, within(1e-6f));
  }

  @Test
  void labelSmoothingMixesInTheMeanOverAllClasses() {
    double first = 0.8 * Math.log(4.0 / 3) + 0.2 * (Math.log(4.0 / 3) + Math.log(4)) / 2;
    double expected = (first + Math.log(2)) / 2;
    assertThat(new CrossEntropy(0.2).of(logits(), LABELS).tensor().item())
        .isCloseTo(expected, within(1e-6));
  }

  @Test
  void hugeLogitsStayFinite() {
    Variable logits = Given.leaf(Shape.of(1, 2), 1e30f, -1e30f);
    assertThat(new CrossEntropy().of(logits, Tensor.of(Shape.of(1), 0L)).tensor().item()).isZero();
  }

  @Test
  void smoothingOutsideZeroToOneIsRefused() {
    for (double smoothing : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> new CrossEntropy(smoothing))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("" + smoothing);
    }
  }
}
