package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class SoftmaxTest {
  @Test
  void rowsBecomeProbabilities() {
    float log3 = (float) Math.log(3);
    Variable y = new Softmax().forward(Given.constant(Shape.of(2, 2), 0, log3, 1000, 1000));
    assertThat(Given.values(y))
        .containsExactly(new float[] {0.25f, 0.75f, 0.5f, 0.5f}, within(1e-6f));
  }

  @Test
  void theGradientOfOneProbability() {
    Variable x = Given.leaf(Shape.of(1, 2), 0, (float) Math.log(3));
    new Softmax().forward(x).narrow(1, 0, 1).sum().backward();
    assertThat(Given.gradient(x)).containsExactly(new float[] {0.1875f, -0.1875f}, within(1e-6f));
  }
}
