package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClipGradientsTest {
  private final Parameter a = new Parameter(Tensor.of(Shape.of(2), 0f, 0f));
  private final Parameter b = new Parameter(Tensor.of(Shape.of(1), 0f));
  private final Parameter without = new Parameter(Tensor.of(Shape.of(1), 0f));

  private double clip(double bound) {
    a.setGrad(Given.constant(Shape.of(2), 1, 2));
    b.setGrad(Given.constant(Shape.of(1), -2));
    return ClipGradients.byNorm(List.of(a, b, without), bound);
  }

  @Test
  void scalesAllGradientsToTheJointNorm() {
    assertThat(clip(1.5)).isEqualTo(3);
    assertThat(Given.gradient(a)).containsExactly(new float[] {0.5f, 1}, within(1e-6f));
    assertThat(Given.gradient(b)).containsExactly(new float[] {-1}, within(1e-6f));
    assertThat(without.grad()).isNull();
  }

  @Test
  void smallerGradientsStay() {
    assertThat(clip(3)).isEqualTo(3);
    assertThat(Given.gradient(a)).containsExactly(1, 2);
  }
}
