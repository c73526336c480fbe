package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Add, AddRelu, Sub, Mul, Div, Maximum, AddScalar, MulScalar, PowScalar. */
class ArithmeticTest {
  /** An operation with its value and slopes at a = 3, b = 2. */
  private record Binary(
      String name, BinaryOperator<Variable> op, double value, double slopeA, double slopeB) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** An operation with its value and slope at x = 2. */
  private record Unary(String name, UnaryOperator<Variable> op, double value, double slope) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Binary> binaries() {
    return Stream.of(
        new Binary("add", Variable::add, 5, 1, 1),
        new Binary("max(a + b, 0)", F::addRelu, 5, 1, 1),
        new Binary("max(-a + b, 0)", (a, b) -> F.addRelu(a.neg(), b), 0, 0, 0),
        new Binary("sub", Variable::sub, 1, 1, -1),
        new Binary("mul", Variable::mul, 6, 2, 3),
        new Binary("div", Variable::div, 1.5, 0.5, -0.75),
        new Binary("maximum", Variable::maximum, 3, 1, 0));
  }

  static Stream<Unary> unaries() {
    return Stream.of(
        new Unary("x + 3", x -> x.add(3), 5, 1),
        new Unary("3 x", x -> x.mul(3), 6, 3),
        new Unary("-x", Variable::neg, -2, -1),
        new Unary("x^0", x -> x.pow(0), 1, 0),
        new Unary("x^1", x -> x.pow(1), 2, 1),
        new Unary("x^2", Variable::square, 4, 4),
        new Unary("x^3", x -> x.pow(3), 8, 12),
        new Unary("x^-1", x -> x.pow(-1), 0.5, -0.25),
        new Unary("sqrt x", Variable::sqrt, Math.sqrt(2), 0.5 / Math.sqrt(2)),
        new Unary("x^1.5", x -> x.pow(1.5), Math.pow(2, 1.5), 1.5 * Math.sqrt(2)));
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void binaryOperationHasTheValueAndSlopesOfItsFormula(Binary binary) {
    Variable a = Given.scalar(3);
    Variable b = Given.scalar(2);
    Variable y = binary.op.apply(a, b);
    y.backward();
    assertThat(y.tensor().item()).isEqualTo(binary.value);
    assertThat(a.grad().tensor().item()).isEqualTo(binary.slopeA);
    assertThat(b.grad().tensor().item()).isEqualTo(binary.slopeB);
  }

  @ParameterizedTest
  @MethodSource("unaries")
  void scalarOperationHasTheValueAndSlopeOfItsFormula(Unary unary) {
    Variable x = Given.scalar(2);
    Variable y = unary.op.apply(x);
    y.backward();
    assertThat(y.tensor().item()).isCloseTo(unary.value, within(1e-15));
    assertThat(x.grad().tensor().item()).isCloseTo(unary.slope, within(1e-15));
  }

  @ParameterizedTest
  @MethodSource("binaries")
  void binaryOperationPassesTheGradientCheckForEveryBroadcast(Binary binary) {
    int[][][] shapes = {
      {{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{3}, {2, 3}}, {{2, 1}, {1, 3}}, {{2, 3}, {}}, {{}, {2, 3}}
    };
    for (int[][] pair : shapes) {
      GradCheck.checkTwice(
          in -> binary.op.apply(in.get(0), in.get(1)),
          Given.uniform(1, 0.5, 1, pair[0]),
          Given.uniform(2, 1.1, 2, pair[1]));
    }
  }

  @ParameterizedTest
  @MethodSource("unaries")
  void scalarOperationPassesTheGradientCheckTwice(Unary unary) {
    GradCheck.checkTwice(in -> unary.op.apply(in.getFirst()), Given.uniform(3, 0.5, 2, 2, 3));
  }

  @Test
  void maximumGivesTheGradientToTheFirstOperandOnTies() {
    Variable a = Given.vector(1, 2, 3);
    Variable b = Given.vector(1, 3, 2);
    a.maximum(b).sum().backward();
    assertThat(Given.values(a.grad())).containsExactly(1, 0, 1);
    assertThat(Given.values(b.grad())).containsExactly(0, 1, 0);
  }

  @Test
  void maximumOfBroadcastOperandsPassesTheGradientCheckWhereEitherSideWins() {
    GradCheck.checkTwice(
        in -> in.get(0).maximum(in.get(1)), Given.distinct(4, 3, 4), Given.vector(0, 0, 0, 0));
  }

  @Test
  void smallPowersHaveFiniteSlopesAtZero() {
    for (int exponent = 0; exponent <= 3; exponent++) {
      Variable x = Given.scalar(0);
      Variable slope = Autograd.grad(x.pow(exponent), List.of(x), true).getFirst();
      assertThat(slope.tensor().item()).isEqualTo(exponent == 1 ? 1.0 : 0.0);
      if (slope.requiresGrad()) {
        Variable curvature = Autograd.grad(slope, List.of(x), false).getFirst();
        assertThat(curvature.tensor().item()).isEqualTo(exponent == 2 ? 2.0 : 0.0);
      }
    }
  }

  @Test
  void aConstantOperandGetsNoGradient() {
    Variable x = Given.vector(1, 2);
    Variable constant = Variable.of(Given.vector(3, 4).tensor());
    x.mul(constant).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(3, 4);
    assertThat(constant.grad()).isNull();
  }

  @Test
  void emptyOperandsGiveEmptyGradients() {
    Variable x = Given.leaf(Shape.of(0, 3));
    x.mul(Given.vector(1, 2, 3)).sum().backward();
    assertThat(x.grad().shape()).isEqualTo(Shape.of(0, 3));
  }
}
