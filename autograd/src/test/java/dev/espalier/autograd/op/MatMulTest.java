package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class MatMulTest {
  @Test
  void gradientsAreTheProductsWithTheOtherOperandTransposed() {
    Variable a = Given.leaf(Shape.of(2, 2), 1, 2, 3, 4);
    Variable b = Given.leaf(Shape.of(2, 1), 5, 6);
    Variable y = a.matmul(b);
    y.sum().backward();
    assertThat(Given.values(y)).containsExactly(17, 39);
    assertThat(Given.values(a.grad())).containsExactly(5, 6, 5, 6);
    assertThat(Given.values(b.grad())).containsExactly(4, 6);
  }

  @Test
  void matricesPassTheGradientCheckTwice() {
    GradCheck.checkTwice(
        in -> in.get(0).matmul(in.get(1)), Given.random(1, 3, 5), Given.random(2, 5, 2));
  }

  @Test
  void batchesPassTheGradientCheckTwice() {
    GradCheck.checkTwice(
        in -> in.get(0).matmul(in.get(1)), Given.random(3, 2, 3, 4), Given.random(4, 2, 4, 1));
  }

  @Test
  void transposedOperandsPassTheGradientCheckTwice() {
    GradCheck.checkTwice(
        in -> in.get(0).transpose(0, 1).matmul(in.get(1).transpose(-2, -1)),
        Given.random(5, 4, 3),
        Given.random(6, 2, 4));
  }

  @Test
  void aProductWithItselfCountsBothOperands() {
    GradCheck.checkTwice(in -> in.getFirst().matmul(in.getFirst()), Given.random(7, 3, 3));
  }

  @Test
  void ranksThatDifferAreRefusedWithBothShapes() {
    assertThatThrownBy(() -> Given.random(8, 2, 3).matmul(Given.random(9, 1, 3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("matmul", "[2, 3]", "[1, 3, 2]");
  }
}
