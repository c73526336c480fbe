package dev.espalier.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MeanSquaredErrorTest {
  @Test
  void averagesOverAllElements() {
    Variable y = Given.leaf(Shape.of(2, 2), 1, 2, 3, 4);
    Variable loss = new MeanSquaredError().of(y, Tensor.of(Shape.of(2, 2), 1f, 0f, 3f, 0f));
    assertThat(loss.tensor().item()).isEqualTo((4.0 + 16) / 4);
    loss.backward();
    assertThat(Given.gradient(y)).containsExactly(0, 1, 0, 2);
  }
}
