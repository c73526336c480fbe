package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class MaxPool2dTest {
  @Test
  void takesTheLargestOfEachWindowAndSendsTheGradientThere() {
    Variable x = Given.leaf(Shape.of(1, 1, 2, 4), 1, 5, 3, 2, 4, 0, -1, 2.5f);
    Variable y = new MaxPool2d(2).forward(x);
    assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 2));
    assertThat(Given.values(y)).containsExactly(5, 3);
    y.sum().backward();
    assertThat(Given.gradient(x)).containsExactly(0, 1, 1, 0, 0, 0, 0, 0);
  }

  @Test
  void incompleteWindowsAreLeftOut() {
    Variable y = new MaxPool2d(2).forward(Variable.of(Given.counting(1, 1, 3, 5)));
    assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 1, 2));
  }

  @Test
  void windowsMayOverlap() {
    Variable y = new MaxPool2d(PoolSpec.of(2, 1)).forward(Variable.of(Given.counting(1, 1, 2, 3)));
    assertThat(Given.values(y)).containsExactly(4, 5);
  }
}
