package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MaxPool2d, AvgPool2d, GlobalAvgPool2d. */
class PoolingTest {
  private static Variable example() {
    return Given.leaf(Shape.of(1, 1, 2, 4), 1, 5, 2, 2, 3, 4, 2, 2);
  }

  static Stream<PoolSpec> specs() {
    return Stream.of(
        PoolSpec.of(2, 2),
        PoolSpec.of(3, 1),
        new PoolSpec(3, 2, 2, 1, 1, 0),
        new PoolSpec(2, 3, 3, 2, 1, 1));
  }

  @Test
  void maxPoolSendsTheGradientToTheFirstMaximum() {
    Variable x = example();
    Variable y = F.maxPool2d(x, PoolSpec.of(2, 2));
    assertThat(Given.values(y)).containsExactly(5, 2);
    y.mul(Given.leaf(Shape.of(1, 1, 1, 2), 10, 20)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(0, 10, 20, 0, 0, 0, 0, 0);
  }

  @Test
  void overlappingWindowsAddTheirGradients() {
    Variable x = Given.leaf(Shape.of(1, 1, 1, 3), 1, 9, 2);
    F.maxPool2d(x, new PoolSpec(1, 2, 1, 1, 0, 0)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(0, 2, 0);
  }

  @Test
  void avgPoolSpreadsTheGradientEvenly() {
    Variable x = example();
    Variable y = F.avgPool2d(x, PoolSpec.of(2, 2));
    assertThat(Given.values(y)).containsExactly(3.25, 2);
    y.mul(Given.leaf(Shape.of(1, 1, 1, 2), 4, 8)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
  }

  @Test
  void globalAvgPoolIsTheMeanOfEachPlane() {
    Variable x = Given.leaf(Shape.of(1, 2, 1, 2), 1, 3, 5, 9);
    Variable y = F.globalAvgPool2d(x);
    assertThat(y.shape()).isEqualTo(Shape.of(1, 2, 1, 1));
    assertThat(Given.values(y)).containsExactly(2, 7);
    y.sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(0.5, 0.5, 0.5, 0.5);
    GradCheck.checkTwice(
        in -> F.globalAvgPool2d(in.getFirst()).square(), Given.random(1, 2, 3, 3, 2));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void maxPoolPassesTheGradientCheckTwice(PoolSpec spec) {
    GradCheck.checkTwice(
        in -> F.maxPool2d(in.getFirst(), spec).square(), Given.distinct(2, 2, 2, 5, 4));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void avgPoolPassesTheGradientCheckTwice(PoolSpec spec) {
    GradCheck.checkTwice(
        in -> F.avgPool2d(in.getFirst(), spec).square(), Given.random(3, 2, 2, 5, 4));
  }
}
