package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class BatchNorm1dTest {
  @Test
  void normalisesColumnsOfAMatrix() {
    Variable y = new BatchNorm1d(2).forward(Given.constant(Shape.of(2, 2), 1, 5, 3, 5));
    assertThat(Given.values(y)).containsExactly(new float[] {-1, 0, 1, 0}, within(1e-5f));
  }

  @Test
  void normalisesChannelsOfASequence() {
    Variable y = new BatchNorm1d(1).forward(Given.constant(Shape.of(1, 1, 2), 1, 3));
    assertThat(Given.values(y)).containsExactly(new float[] {-1, 1}, within(1e-5f));
  }

  @Test
  void imagesAreRefused() {
    assertThatThrownBy(() -> new BatchNorm1d(2).forward(Variable.of(Given.counting(1, 2, 2, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BatchNorm1d")
        .hasMessageContaining("[1, 2, 2, 2]");
  }

  @Test
  void momentumIsTheShareOfTheNewBatch() {
    var norm = new BatchNorm1d(1, 0.5, 1e-5);
    norm.forward(Given.constant(Shape.of(2, 1), 1, 3));
    assertThat(norm.runningMean().item()).isEqualTo(1);
    assertThat(norm.runningVariance().item()).isEqualTo(1.5);
  }
}
