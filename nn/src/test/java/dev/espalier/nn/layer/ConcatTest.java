package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class ConcatTest {
  private static Variable input() {
    return Given.leaf(Shape.of(2, 1), -1, 2);
  }

  @Test
  void joinsTheBranchesAlongTheChannels() {
    Variable x = input();
    Variable y = new Concat(new ReLU(), new Sequential()).forward(x);
    assertThat(y.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(Given.values(y)).containsExactly(0, -1, 2, 2);
    y.sum().backward();
    assertThat(Given.gradient(x)).containsExactly(1, 2);
  }

  @Test
  void joinsAlongAnotherAxis() {
    Variable y = new Concat(0, new ReLU(), new Sequential()).forward(input());
    assertThat(Given.values(y)).containsExactly(0, 2, -1, 2);
  }
}
