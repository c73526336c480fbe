package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class GlobalAvgPool2dTest {
  @Test
  void averagesEachChannel() {
    Variable x = Variable.leaf(Given.counting(1, 2, 2, 2));
    Variable y = new GlobalAvgPool2d().forward(x);
    assertThat(y.shape()).isEqualTo(Shape.of(1, 2, 1, 1));
    assertThat(Given.values(y)).containsExactly(1.5f, 5.5f);
    y.sum().backward();
    assertThat(Given.gradient(x)).containsOnly(0.25f);
  }
}
