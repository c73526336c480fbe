package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class GELUTest {
  @Test
  void valueAndSlope() {
    Variable x = Given.leaf(Shape.of(3), -1, 0.5f, 2);
    Variable y = new GELU().forward(x);
    assertThat(Given.values(y))
        .containsExactly(new float[] {-0.1586553f, 0.3457312f, 1.9544997f}, within(2e-6f));
    y.sum().backward();
    assertThat(Given.gradient(x))
        .containsExactly(new float[] {-0.0833155f, 0.8674951f, 1.0852318f}, within(2e-6f));
  }
}
