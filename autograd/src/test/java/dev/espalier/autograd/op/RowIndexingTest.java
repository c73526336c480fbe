package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Pick, Unpick, GatherRows, ScatterAddRows. */
class RowIndexingTest {
  private static final Tensor PICKED = Given.indices(2, 0);

  @Test
  void pickReadsOneElementPerRow() {
    Variable x = Given.leaf(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    Variable y = Autograd.apply(new Pick(PICKED), x);
    assertThat(Given.values(y)).containsExactly(3, 4);
    y.mul(Given.vector(10, 20)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(0, 0, 10, 20, 0, 0);
  }

  @Test
  void unpickWritesOneElementPerRow() {
    Variable x = Given.vector(7, 8);
    Variable y = Autograd.apply(new Unpick(PICKED, 3), x);
    assertThat(Given.values(y)).containsExactly(0, 0, 7, 8, 0, 0);
    y.mul(Given.leaf(Shape.of(2, 3), 1, 2, 3, 4, 5, 6)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(3, 4);
  }

  @Test
  void gatheredRowsAddTheirGradients() {
    Variable table = Given.leaf(Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
    Variable y = F.embedding(table, Given.indices(2, 0, 2));
    assertThat(Given.values(y)).containsExactly(5, 6, 1, 2, 5, 6);
    y.mul(Given.leaf(Shape.of(3, 1), 1, 10, 100)).sum().backward();
    assertThat(Given.values(table.grad())).containsExactly(10, 10, 0, 0, 101, 101);
  }

  @Test
  void scatteredRowsAddUp() {
    Variable x = Given.leaf(Shape.of(3, 1), 1, 10, 100);
    Variable y = Autograd.apply(new ScatterAddRows(Given.indices(1, 0, 1), 3), x);
    assertThat(Given.values(y)).containsExactly(10, 101, 0);
    y.mul(Given.leaf(Shape.of(3, 1), 2, 3, 4)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(3, 2, 3);
  }

  @Test
  void allPassTheGradientCheckTwice() {
    Tensor rows = Given.indices(1, 3, 1, 0);
    GradCheck.checkTwice(
        in -> Autograd.apply(new Pick(PICKED), in.getFirst()).square(), Given.random(1, 2, 3));
    GradCheck.checkTwice(
        in -> Autograd.apply(new Unpick(PICKED, 3), in.getFirst()).square(), Given.random(2, 2));
    GradCheck.checkTwice(in -> F.embedding(in.getFirst(), rows).square(), Given.random(3, 4, 2));
    GradCheck.checkTwice(
        in -> Autograd.apply(new ScatterAddRows(rows, 5), in.getFirst()).square(),
        Given.random(4, 4, 3));
  }

  @Test
  void embeddingTakesAnIndexOfAnyShape() {
    Tensor tokens = Tensor.of(Shape.of(2, 2), 1L, 0, 1, 2);
    assertThat(F.embedding(Given.random(5, 3, 4), tokens).shape()).isEqualTo(Shape.of(2, 2, 4));
    GradCheck.checkTwice(in -> F.embedding(in.getFirst(), tokens).square(), Given.random(6, 3, 4));
  }
}
