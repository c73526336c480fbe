package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sum, SumTo, Max, and the mean made of them. */
class ReductionTest {
  private static Variable example() {
    return Given.leaf(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
  }

  @Test
  void sumAddsTheChosenAxes() {
    assertThat(Given.values(example().sum())).containsExactly(21);
    assertThat(Given.values(example().sum(false, 0))).containsExactly(5, 7, 9);
    assertThat(Given.values(example().sum(false, -1))).containsExactly(6, 15);
    assertThat(example().sum(true, 1).shape()).isEqualTo(Shape.of(2, 1));
    assertThat(example().sum(true).shape()).isEqualTo(Shape.of(1, 1));
    assertThat(Given.values(Given.scalar(4).sum())).containsExactly(4);
  }

  @Test
  void sumRepeatsTheGradientAlongTheSummedAxes() {
    Variable x = example();
    x.sum(false, 0).mul(Given.vector(10, 20, 30)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(10, 20, 30, 10, 20, 30);
  }

  @Test
  void meanDividesByTheNumberOfElementsSummed() {
    assertThat(Given.values(example().mean())).containsExactly(3.5);
    assertThat(Given.values(example().mean(false, 1))).containsExactly(2, 5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sumsAndMeansPassTheGradientCheckTwice(boolean keepDims) {
    GradCheck.checkTwice(in -> in.getFirst().sum(keepDims, 1).square(), Given.random(1, 2, 3, 2));
    GradCheck.checkTwice(
        in -> in.getFirst().sum(keepDims, 0, 2).square(), Given.random(2, 2, 3, 2));
    GradCheck.checkTwice(in -> in.getFirst().mean(keepDims, -1).square(), Given.random(3, 2, 3));
    GradCheck.checkTwice(in -> in.getFirst().mean(keepDims).square(), Given.random(4, 2, 3));
  }

  @Test
  void sumToUndoesABroadcast() {
    Variable x = example();
    Variable y = Autograd.apply(new SumTo(Shape.of(1, 3)), x);
    assertThat(y.shape()).isEqualTo(Shape.of(1, 3));
    assertThat(Given.values(y)).containsExactly(5, 7, 9);
    assertThat(Given.values(Autograd.apply(new SumTo(Shape.SCALAR), x))).containsExactly(21);
    GradCheck.checkTwice(
        in -> Autograd.apply(new SumTo(Shape.of(2, 1)), in.getFirst()).square(),
        Given.random(5, 4, 2, 3));
  }

  @Test
  void maxTakesTheLargestAlongAnAxis() {
    Variable x = Given.leaf(Shape.of(2, 3), 1, 7, 3, 9, 5, 6);
    assertThat(Given.values(x.max(1, false))).containsExactly(7, 9);
    assertThat(Given.values(x.max(0, true))).containsExactly(9, 7, 6);
    x.max(-1, false).mul(Given.vector(10, 20)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(0, 10, 0, 20, 0, 0);
  }

  @Test
  void maxSharesTheGradientAmongTies() {
    Variable x = Given.vector(5, 1, 5, 5);
    x.max(0, false).mul(6).backward();
    assertThat(Given.values(x.grad())).containsExactly(2, 0, 2, 2);
  }

  @Test
  void maxPassesTheGradientCheckTwiceAwayFromTies() {
    for (int axis = 0; axis < 3; axis++) {
      int along = axis;
      GradCheck.checkTwice(
          in -> in.getFirst().max(along, along == 1).square(), Given.distinct(6, 2, 3, 2));
    }
  }
}
