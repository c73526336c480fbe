package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class SoftmaxTest extends OpsTest {
  private final Tensor x = matrix(2, 2, 0, Math.log(3), 5, 5);

  @Test
  void softmaxIsAlongTheLastAxis() {
    assertThat(Softmax.softmax(x).toDoubleArray())
        .containsExactly(new double[] {0.25, 0.75, 0.5, 0.5}, within(1e-15));
    assertThat(Softmax.softmax(x.transpose()).get(1, 0))
        .isCloseTo(3 / (3 + Math.exp(5)), within(1e-15));
    assertThat(Softmax.logSoftmax(x).toDoubleArray())
        .containsExactly(
            new double[] {Math.log(0.25), Math.log(0.75), Math.log(0.5), Math.log(0.5)},
            within(1e-15));
  }

  @Test
  void gradientsByHand() {
    Tensor y = matrix(1, 2, 0.25, 0.75);
    Tensor dy = matrix(2, 1, 1, 0).transpose();
    assertValues(Softmax.softmaxGrad(y, dy), 0.1875, -0.1875);
    Tensor logs = matrix(1, 2, Math.log(0.25), Math.log(0.75));
    assertThat(Softmax.logSoftmaxGrad(logs, dy).toDoubleArray())
        .containsExactly(new double[] {0.75, -0.75}, within(1e-15));
  }

  @Test
  void refusesScalarsAndOtherShapes() {
    assertThatThrownBy(() -> Softmax.softmax(zeros()))
        .hasMessage("softmax: needs at least one axis but got a scalar");
    assertThatThrownBy(() -> Softmax.softmaxGrad(x, vector(1, 2)))
        .hasMessageContaining("the gradient of the output must have shape [2, 2] but has [2]");
  }
}
