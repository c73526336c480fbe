package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.op.Exp;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import org.junit.jupiter.api.Test;

/** The checker must catch what it is there to catch. */
class GradCheckTest {
  /** An exponential with a chosen error in its first or second derivative. */
  private record WrongExp(double firstError, double secondError) implements Op {
    @Override
    public Tensor forward(Context context, Tensor... inputs) {
      context.saveInput(0);
      return Elementwise.exp(inputs[0]);
    }

    @Override
    public Variable[] backward(Context context, Variable gradient) {
      Variable slope =
          secondError == 0
              ? Autograd.apply(new Exp(), context.input(0))
              : Autograd.apply(new WrongExp(secondError, 0), context.input(0));
      return new Variable[] {gradient.mul(slope).mul(1 + firstError)};
    }
  }

  @Test
  void aWrongFirstDerivativeIsCaughtWithInputAndElementNamed() {
    assertThatThrownBy(
            () ->
                GradCheck.check(
                    in -> Autograd.apply(new WrongExp(1e-5, 0), in.get(1)),
                    Given.random(1, 3),
                    Given.random(2, 3)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContainingAll("input 1", "element 0", "analytic", "numeric");
  }

  @Test
  void aWrongSecondDerivativeIsCaughtByCheckTwiceOnly() {
    GradCheck.check(in -> Autograd.apply(new WrongExp(0, 1e-4), in.getFirst()), Given.random(3, 3));
    assertThatThrownBy(
            () ->
                GradCheck.checkTwice(
                    in -> Autograd.apply(new WrongExp(0, 1e-4), in.getFirst()), Given.random(3, 3)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void aNaNGradientIsCaught() {
    assertThatThrownBy(
            () ->
                GradCheck.check(
                    in -> Autograd.apply(new WrongExp(Double.NaN, 0), in.getFirst()),
                    Given.random(4, 2)))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void singlePrecisionIsRefused() {
    assertThatThrownBy(
            () ->
                GradCheck.check(
                    in -> in.getFirst().exp(), Variable.leaf(Tensor.of(Shape.of(2), 1f, 2f))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("float64", "float32");
  }

  @Test
  void constantsAreLeftOutAndLeavesRestored() {
    Variable constant = Variable.of(Given.vector(2, 3).tensor());
    Variable x = Given.vector(5, 7);
    GradCheck.checkTwice(in -> in.get(0).mul(in.get(1)), constant, x);
    assertThat(Given.values(x)).containsExactly(5, 7);
    assertThat(x.grad()).isNull();
  }
}
