package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.SgdStep;
import org.junit.jupiter.api.Test;

class UpdateTest extends OpsTest {
  private static final SgdStep PLAIN = new SgdStep(0.5, 0, 0, 0, false, true);
  private static final SgdStep MOMENTUM = new SgdStep(0.5, 0.5, 0, 0, false, true);

  @Test
  void sgdStepsAgainstTheGradient() {
    Tensor w = vector(1, 2);
    int version = w.version();
    Update.sgd(PLAIN, w, vector(2, -2), null);
    assertValues(w, 0, 3);
    assertThat(w.version()).isGreaterThan(version);
    Tensor square = matrix(2, 2, 0, 0, 0, 0);
    Update.sgd(PLAIN, square, counting(2, 2).transpose(), null);
    assertValues(square, 0, -1, -0.5, -1.5);
  }

  @Test
  void firstAdamStepHasTheLengthOfTheLearningRate() {
    Tensor w = vector(0, 0);
    Tensor m = vector(0, 0);
    Tensor v = vector(0, 0);
    Update.adam(new AdamStep(0.25, 0.5, 0.5, 0, 0, false, 1), w, vector(3, -4), m, v);
    assertValues(w, -0.25, 0.25);
    assertValues(m, 1.5, -2);
    assertValues(v, 4.5, 8);
  }

  @Test
  void refusesStateThatDoesNotFit() {
    Tensor w = vector(1, 2);
    assertThatThrownBy(() -> Update.sgd(MOMENTUM, w, vector(1, 1), null))
        .hasMessage("sgd: momentum 0.5 needs a velocity tensor");
    assertThatThrownBy(() -> Update.sgd(PLAIN, w, vector(1, 1), vector(1, 1)))
        .hasMessage("sgd: momentum 0.0 needs no velocity tensor");
    assertThatThrownBy(() -> Update.sgd(PLAIN, w, vector(1), null))
        .hasMessage("sgd: the gradient must have shape [2] but has [1]");
    Tensor square = counting(2, 2);
    assertThatThrownBy(() -> Update.sgd(PLAIN, square.transpose(), square, null))
        .hasMessageContaining("the weight is written in place and must be contiguous");
    assertThatThrownBy(
            () ->
                Update.adam(
                    new AdamStep(0.1, 0.9, 0.999, 1e-8, 0, false, 0),
                    w,
                    w.copy(),
                    w.copy(),
                    w.copy()))
        .hasMessage("adam: steps count from 1 but this is step 0");
  }
}
