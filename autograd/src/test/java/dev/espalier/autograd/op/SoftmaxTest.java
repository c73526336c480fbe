package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

/** Softmax and LogSoftmax. */
class SoftmaxTest {
  private static final double LN2 = Math.log(2);

  @Test
  void softmaxOfLogarithmsIsTheirShare() {
    Variable x = Given.vector(0, LN2, 0);
    Variable y = F.softmax(x);
    assertThat(Given.values(y)).containsExactly(new double[] {0.25, 0.5, 0.25}, within(1e-15));
    y.mul(Given.vector(4, 0, 0)).sum().backward();
    assertThat(Given.values(x.grad()))
        .containsExactly(new double[] {0.75, -0.5, -0.25}, within(1e-15));
  }

  @Test
  void logSoftmaxIsItsLogarithmWithGradientOneMinusShare() {
    Variable x = Given.vector(0, LN2, 0);
    Variable y = F.logSoftmax(x);
    assertThat(Given.values(y))
        .containsExactly(new double[] {-2 * LN2, -LN2, -2 * LN2}, within(1e-15));
    y.mul(Given.vector(0, 1, 0)).sum().backward();
    assertThat(Given.values(x.grad()))
        .containsExactly(new double[] {-0.25, 0.5, -0.25}, within(1e-15));
  }

  @Test
  void largeInputsStayFinite() {
    Variable x = Given.leaf(Shape.of(2, 2), 1000, 0, -1000, -1000);
    assertThat(Given.values(F.softmax(x))).containsExactly(1, 0, 0.5, 0.5);
    assertThat(Given.values(F.logSoftmax(x)))
        .containsExactly(new double[] {0, -1000, -LN2, -LN2}, within(Math.ulp(1000.0)));
  }

  @Test
  void bothPassTheGradientCheckTwice() {
    GradCheck.checkTwice(in -> F.softmax(in.getFirst()), Given.uniform(1, -2, 2, 3, 4));
    GradCheck.checkTwice(in -> F.logSoftmax(in.getFirst()), Given.uniform(2, -2, 2, 3, 4));
    GradCheck.checkTwice(in -> F.softmax(in.getFirst()), Given.uniform(3, -2, 2, 2, 2, 3));
  }
}
