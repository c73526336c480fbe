package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class TanhTest {
  @Test
  void valueAndSlope() {
    Variable x = Given.leaf(Shape.of(3), -1, 0.5f, 2);
    Variable y = new Tanh().forward(x);
    assertThat(Given.values(y))
        .containsExactly(new float[] {-0.7615942f, 0.4621172f, 0.9640276f}, within(2e-6f));
    y.sum().backward();
    assertThat(Given.gradient(x))
        .containsExactly(new float[] {0.4199743f, 0.7864477f, 0.0706508f}, within(2e-6f));
  }
}
