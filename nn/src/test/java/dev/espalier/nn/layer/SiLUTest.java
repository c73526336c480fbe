package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class SiLUTest {
  @Test
  void valueAndSlope() {
    Variable x = Given.leaf(Shape.of(3), -1, 0.5f, 2);
    Variable y = new SiLU().forward(x);
    assertThat(Given.values(y))
        .containsExactly(new float[] {-0.2689414f, 0.3112297f, 1.7615942f}, within(2e-6f));
    y.sum().backward();
    assertThat(Given.gradient(x))
        .containsExactly(new float[] {0.0723295f, 0.7399612f, 1.0907842f}, within(2e-6f));
  }
}
