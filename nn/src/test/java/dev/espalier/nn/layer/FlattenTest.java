package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class FlattenTest {
  @Test
  void joinsAllAxesButTheBatch() {
    Variable x = Variable.leaf(Given.counting(2, 3, 2, 2));
    Variable y = new Flatten().forward(x);
    assertThat(y.shape()).isEqualTo(Shape.of(2, 12));
    assertThat(Given.values(y)).isEqualTo(Given.values(x));
    y.sum().backward();
    assertThat(x.grad().shape()).isEqualTo(Shape.of(2, 3, 2, 2));
  }
}
