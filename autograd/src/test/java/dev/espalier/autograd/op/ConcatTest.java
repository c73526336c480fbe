package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConcatTest {
  @Test
  void eachPartGetsItsRangeOfTheGradient() {
    Variable a = Given.leaf(Shape.of(2, 1), 1, 2);
    Variable b = Given.leaf(Shape.of(2, 2), 3, 4, 5, 6);
    Variable y = F.concat(1, a, b);
    assertThat(Given.values(y)).containsExactly(1, 3, 4, 2, 5, 6);
    y.mul(Given.vector(10, 20, 30)).sum().backward();
    assertThat(Given.values(a.grad())).containsExactly(10, 10);
    assertThat(Given.values(b.grad())).containsExactly(20, 30, 20, 30);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, -1})
  void everyAxisPassesTheGradientCheckTwice(int axis) {
    int[] longer = {2, 3, 4};
    longer[Shape.of(longer).axis(axis)]++;
    GradCheck.checkTwice(
        in -> F.concat(axis, in.get(0), in.get(1), in.get(0)).square(),
        Given.random(1, 2, 3, 4),
        Given.random(2, longer));
  }

  @Test
  void aConstantPartIsSkipped() {
    Variable x = Given.vector(1, 2);
    F.concat(0, Variable.of(Given.vector(5).tensor()), x)
        .mul(Given.vector(7, 8, 9))
        .sum()
        .backward();
    assertThat(Given.values(x.grad())).containsExactly(8, 9);
  }
}
