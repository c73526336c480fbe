package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class BatchNorm2dTest {
  /** Channel 0 holds 1, 3, 5, 7 (mean 4, variance 5), channel 1 four times 2. */
  private static Variable input() {
    return Given.leaf(Shape.of(2, 2, 1, 2), 1, 3, 2, 2, 5, 7, 2, 2);
  }

  @Test
  void normalisesEachChannelByTheBatch() {
    var norm = new BatchNorm2d(2);
    Given.set(norm.weight(), 10, 1);
    Given.set(norm.bias(), 100, 7);
    float[] y = Given.values(norm.forward(input()));
    double std = Math.sqrt(5 + 1e-5);
    assertThat(y[0]).isCloseTo((float) (100 - 30 / std), within(1e-4f));
    assertThat(y[5]).isCloseTo((float) (100 + 30 / std), within(1e-4f));
    assertThat(y[2]).isEqualTo(7);
  }

  @Test
  void runningStatisticsMoveByATenthTowardsTheUnbiasedOnes() {
    var norm = new BatchNorm2d(2);
    norm.forward(input());
    assertThat(norm.runningMean().toFloatArray())
        .containsExactly(new float[] {0.4f, 0.2f}, within(1e-6f));
    assertThat(norm.runningVariance().toFloatArray())
        .containsExactly(new float[] {(float) (0.9 + 0.1 * 20 / 3), 0.9f}, within(1e-6f));
    assertThat(norm.stateDict().get("num_batches_tracked").item()).isEqualTo(1);
  }

  @Test
  void evaluationUsesTheRunningStatisticsAndLeavesThemAlone() {
    var norm = new BatchNorm2d(2);
    norm.replaceStatistics(Tensor.of(Shape.of(2), 1f, 2f), Tensor.of(Shape.of(2), 4f, 1f));
    norm.eval();
    float[] y = Given.values(norm.forward(input()));
    assertThat(y[4]).isCloseTo((float) (4 / Math.sqrt(4 + 1e-5)), within(1e-5f));
    assertThat(y[2]).isZero();
    assertThat(norm.runningMean().toFloatArray()).containsExactly(1, 2);
    assertThat(norm.stateDict().get("num_batches_tracked").item()).isZero();
  }

  @Test
  void theGradientAtTheInputHasNoMeanPerChannel() {
    var norm = new BatchNorm2d(2);
    Variable x = input();
    norm.forward(x)
        .mul(Given.constant(Shape.of(2, 2, 1, 2), 1, 2, 3, 4, 5, 6, 7, 9))
        .sum()
        .backward();
    float[] g = Given.gradient(x);
    assertThat(g[0] + g[1] + g[4] + g[5]).isCloseTo(0, within(1e-5f));
    assertThat(Given.gradient(norm.bias())).containsExactly(14, 23);
  }

  @Test
  void statisticsAreSavedUnderPyTorchNames() {
    assertThat(new BatchNorm2d(2).stateDict().keySet())
        .containsExactly("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
  }

  @Test
  void otherRanksOrChannelsAreRefusedWithTheShape() {
    var norm = new BatchNorm2d(2);
    assertThatThrownBy(() -> norm.forward(Given.constant(Shape.of(1, 2), 1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BatchNorm2d")
        .hasMessageContaining("[1, 2]");
    assertThatThrownBy(() -> norm.forward(Variable.of(Given.counting(2, 3, 1, 1))))
        .hasMessageContaining("expected 2 channels")
        .hasMessageContaining("[2, 3, 1, 1]");
  }

  @Test
  void oneValuePerChannelCannotBeTrainedOn() {
    assertThatThrownBy(() -> new BatchNorm2d(2).forward(Variable.of(Given.counting(1, 2, 1, 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than one value per channel");
  }
}
