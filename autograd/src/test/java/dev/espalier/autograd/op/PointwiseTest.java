package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exp, Log, Abs, Erf, Relu, Sigmoid, Tanh, Gelu, Silu. */
class PointwiseTest {
  private static final double ERF_HALF = 0.5204998778130465;

  /** A function with its value and slope at x = 0.5. */
  private record Case(
      String name, UnaryOperator<Variable> op, DoubleUnaryOperator formula, double slopeAtHalf) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  static Stream<Case> smooth() {
    double s = sigmoid(0.5);
    double t = Math.tanh(0.5);
    return Stream.of(
        new Case("exp", Variable::exp, Math::exp, Math.exp(0.5)),
        new Case("sigmoid", Variable::sigmoid, PointwiseTest::sigmoid, s * (1 - s)),
        new Case("tanh", Variable::tanh, Math::tanh, 1 - t * t),
        new Case("silu", Variable::silu, x -> x * sigmoid(x), s + 0.5 * s * (1 - s)));
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void smoothFunctionHasTheValuesAndSlopeOfItsFormula(Case function) {
    double[] points = {-2, -0.5, 0, 0.5, 3};
    double[] actual = Given.values(function.op.apply(Given.vector(points)));
    for (int i = 0; i < points.length; i++) {
      assertThat(actual[i]).isCloseTo(function.formula.applyAsDouble(points[i]), within(1e-14));
    }
    Variable x = Given.scalar(0.5);
    function.op.apply(x).backward();
    assertThat(x.grad().tensor().item()).isCloseTo(function.slopeAtHalf, within(1e-14));
  }

  @ParameterizedTest
  @MethodSource("smooth")
  void smoothFunctionPassesTheGradientCheckTwice(Case function) {
    GradCheck.checkTwice(in -> function.op.apply(in.getFirst()), Given.uniform(5, -2, 2, 3, 4));
  }

  @Test
  void erfHasTheTabulatedValueAndSlope() {
    Variable x = Given.scalar(0.5);
    Variable y = x.erf();
    y.backward();
    assertThat(y.tensor().item()).isCloseTo(ERF_HALF, within(1e-14));
    assertThat(x.grad().tensor().item())
        .isCloseTo(2 / Math.sqrt(Math.PI) * Math.exp(-0.25), within(1e-14));
    GradCheck.checkTwice(in -> in.getFirst().erf(), Given.uniform(6, -2, 2, 7));
  }

  @Test
  void geluIsXTimesTheNormalDistributionFunction() {
    double z = Math.sqrt(0.5);
    Variable x = Given.scalar(z);
    Variable y = x.gelu();
    y.backward();
    double phi = 0.5 * (1 + ERF_HALF);
    double density = Math.exp(-0.25) / Math.sqrt(2 * Math.PI);
    assertThat(y.tensor().item()).isCloseTo(z * phi, within(1e-14));
    assertThat(x.grad().tensor().item()).isCloseTo(phi + z * density, within(1e-14));
    GradCheck.checkTwice(in -> in.getFirst().gelu(), Given.uniform(7, -3, 3, 9));
  }

  @Test
  void logHasReciprocalSlope() {
    Variable x = Given.vector(1, Math.E, 4);
    Variable y = x.log();
    y.sum().backward();
    assertThat(Given.values(y)).containsExactly(new double[] {0, 1, Math.log(4)}, within(1e-15));
    assertThat(Given.values(x.grad()))
        .containsExactly(new double[] {1, 1 / Math.E, 0.25}, within(1e-15));
    GradCheck.checkTwice(in -> in.getFirst().log(), Given.uniform(8, 0.5, 3, 2, 3));
  }

  @Test
  void absHasSlopeSignAndZeroAtZero() {
    Variable x = Given.vector(-2, 0, 3);
    Variable y = x.abs();
    y.sum().backward();
    assertThat(Given.values(y)).containsExactly(2, 0, 3);
    assertThat(Given.values(x.grad())).containsExactly(-1, 0, 1);
    GradCheck.checkTwice(in -> in.getFirst().abs().square(), Given.distinct(9, 6));
  }

  @Test
  void reluPassesTheGradientWhereItsOutputIsPositive() {
    Variable x = Given.vector(-2, 0, 3);
    Variable y = x.relu();
    y.sum().backward();
    assertThat(Given.values(y)).containsExactly(0, 0, 3);
    assertThat(Given.values(x.grad())).containsExactly(0, 0, 1);
    GradCheck.checkTwice(in -> in.getFirst().relu().square(), Given.distinct(10, 6));
  }

  @Test
  void aViewAsInputGivesTheSameGradientAsItsCopy() {
    GradCheck.checkTwice(
        in -> in.getFirst().transpose(0, 1).gelu().permute(1, 0).silu(), Given.random(11, 3, 4));
  }
}
