package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearTest {
  /** Keeps about the given share, and a whole row and column of zeros. */
  static Mask mask(double density, Shape shape) {
    var generator = new Generator(31);
    int columns = (int) shape.rowMajorStrides()[0];
    return Mask.of(
        shape, i -> generator.nextDouble() < density && i / columns != 1 && i % columns != 2);
  }

  @Test
  void outputIsTheProductWithTheTransposedWeightPlusBias() {
    Variable x = Given.leaf(Shape.of(1, 2), 1, 2);
    Variable w = Given.leaf(Shape.of(3, 2), 1, 0, 0, 1, 2, 3);
    Variable b = Given.vector(10, 20, 30);
    Variable y = F.linear(x, w, b);
    assertThat(Given.values(y)).containsExactly(11, 22, 38);
    y.mul(Given.vector(1, 10, 100)).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(201, 310);
    assertThat(Given.values(w.grad())).containsExactly(1, 2, 10, 20, 100, 200);
    assertThat(Given.values(b.grad())).containsExactly(1, 10, 100);
  }

  @Test
  void denseWeightPassesTheGradientCheckTwiceWithAndWithoutBias() {
    GradCheck.checkTwice(
        in -> F.linear(in.get(0), in.get(1), in.get(2)).square(),
        Given.random(1, 4, 3),
        Given.random(2, 2, 3),
        Given.random(3, 2));
    GradCheck.checkTwice(
        in -> F.linear(in.get(0), in.get(1), null), Given.random(4, 4, 3), Given.random(5, 2, 3));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void leadingAxesOfAnyNumberShareTheWeight(int rank) {
    int[] dims = rank == 1 ? new int[] {3} : new int[] {2, 4, 3};
    GradCheck.checkTwice(
        in -> F.linear(in.get(0), in.get(1), in.get(2)).square(),
        Given.random(6, dims),
        Given.random(7, 2, 3),
        Given.random(8, 2));
  }

  /** The densities lie on both sides of every crossover to the sparse kernels. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.03, 0.08, 0.5, 1})
  void maskedWeightGetsTheDenseGradientAtKeptPositionsAndExactlyZeroElsewhere(double density) {
    Shape shape = Shape.of(13, 11);
    Mask mask = mask(density, shape);
    Variable x = Given.random(9, 5, 11);
    Variable w = Variable.leaf(mask.apply(Given.random(10, 13, 11).tensor()));
    Variable b = Given.random(11, 13);
    List<Variable> leaves = List.of(x, w, b);
    Variable sparse = F.linear(x, w, mask, b);
    Variable dense = F.linear(x, w, b);
    assertThat(Given.values(sparse)).containsExactly(Given.values(dense), within(1e-14));
    List<Variable> actual = Autograd.grad(sparse.square().sum(), leaves, false);
    List<Variable> expected = Autograd.grad(dense.square().sum(), leaves, false);
    assertThat(Given.values(actual.get(0)))
        .containsExactly(Given.values(expected.get(0)), within(1e-13));
    assertThat(Given.values(actual.get(2)))
        .containsExactly(Given.values(expected.get(2)), within(1e-13));
    assertThat(mask.violations(actual.get(1).tensor())).isZero();
    assertThat(Given.values(actual.get(1)))
        .containsExactly(mask.apply(expected.get(1).tensor()).toDoubleArray(), within(1e-13));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.03, 0.08, 0.6})
  void maskedWeightPassesTheGradientCheckTwice(double density) {
    Mask mask = mask(density, Shape.of(6, 7));
    GradCheck.checkTwice(
        in -> F.linear(in.get(0), F.masked(in.get(1), mask, false), mask, in.get(2)).square(),
        Given.random(12, 3, 7),
        Given.random(13, 6, 7),
        Given.random(14, 6));
  }
}
