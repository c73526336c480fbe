package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class ReLUTest {
  @Test
  void valueAndSlope() {
    Variable x = Given.leaf(Shape.of(3), -1, 0.5f, 2);
    Variable y = new ReLU().forward(x);
    assertThat(Given.values(y))
        .containsExactly(new float[] {0.0000000f, 0.5000000f, 2.0000000f}, within(2e-6f));
    y.sum().backward();
    assertThat(Given.gradient(x))
        .containsExactly(new float[] {0.0000000f, 1.0000000f, 1.0000000f}, within(2e-6f));
  }
}
