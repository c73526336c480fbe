package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.PoolSpec;
import org.junit.jupiter.api.Test;

class AvgPool2dTest {
  @Test
  void averagesEachWindowAndSpreadsTheGradient() {
    Variable x = Variable.leaf(Given.counting(1, 1, 2, 4));
    Variable y = new AvgPool2d(2).forward(x);
    assertThat(Given.values(y)).containsExactly(2.5f, 4.5f);
    y.sum().backward();
    assertThat(Given.gradient(x)).containsOnly(0.25f);
  }

  @Test
  void windowsMayOverlap() {
    Variable y = new AvgPool2d(PoolSpec.of(2, 1)).forward(Variable.of(Given.counting(1, 1, 2, 3)));
    assertThat(Given.values(y)).containsExactly(2, 3);
  }
}
