package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class SigmoidTest {
  @Test
  void valueAndSlope() {
    Variable x = Given.leaf(Shape.of(3), -1, 0.5f, 2);
    Variable y = new Sigmoid().forward(x);
    assertThat(Given.values(y))
        .containsExactly(new float[] {0.2689414f, 0.6224593f, 0.8807971f}, within(2e-6f));
    y.sum().backward();
    assertThat(Given.gradient(x))
        .containsExactly(new float[] {0.1966119f, 0.2350037f, 0.1049936f}, within(2e-6f));
  }
}
