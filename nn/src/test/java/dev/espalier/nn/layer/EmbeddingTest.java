package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
  private final Embedding table = new Embedding(3, 2, new Generator(1));

  @Test
  void looksRowsUpAndAddsTheirGradients() {
    Given.set(table.weight(), 1, 2, 3, 4, 5, 6);
    Variable y = table.forward(Variable.of(Tensor.of(Shape.of(1, 3), 2L, 0, 2)));
    assertThat(y.shape()).isEqualTo(Shape.of(1, 3, 2));
    assertThat(Given.values(y)).containsExactly(5, 6, 1, 2, 5, 6);
    y.sum().backward();
    assertThat(Given.gradient(table.weight())).containsExactly(1, 1, 0, 0, 2, 2);
  }

  @Test
  void otherNumbersThanWholeOnesAreRefused() {
    assertThatThrownBy(() -> table.forward(Given.constant(Shape.of(1), 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("int64");
  }
}
