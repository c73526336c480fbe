package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class NormalizationTest extends OpsTest {
  @Test
  void channelStatsReduceAllAxesButTheSecond() {
    Tensor x = counting(2, 2, 1, 2); // channel 0: 0 1 4 5, channel 1: 2 3 6 7
    Normalization.Stats stats = Normalization.channelStats(x);
    assertValues(stats.mean(), 2.5, 4.5);
    assertValues(stats.variance(), 4.25, 4.25);
    assertValues(Normalization.channelStats(x.transpose(0, 1)).mean(), 1.5, 5.5);
    assertValues(Normalization.channelStats(matrix(2, 1, 1, 3)).variance(), 1);
  }

  @Test
  void channelAffineKeepsTheShape() {
    Tensor x = counting(1, 2, 2, 1);
    Tensor y = Normalization.channelAffine(x, vector(1, -1), vector(10, 2), true);
    assertShape(y, 1, 2, 2, 1);
    assertValues(y, 10, 11, 0, 0);
  }

  @Test
  void batchNormGradOfAConstantGradientIsZero() {
    Tensor x = counting(4, 1);
    Tensor ones = Tensor.full(x.dtype(), x.shape(), 1);
    Normalization.Gradients g =
        Normalization.batchNormGrad(x, ones, null, vector(3), vector(1.5), vector(1));
    assertShape(g.dx(), 4, 1);
    assertValues(g.dx(), 0, 0, 0, 0);
    assertValues(g.dgamma(), 0);
    assertValues(g.dbeta(), 4);
  }

  @Test
  void layerNormKeepsLeadingAxes() {
    Tensor x = counting(2, 1, 2);
    Normalization.LayerNormed y = Normalization.layerNorm(x, vector(1, 2), vector(0, 1), 0);
    assertShape(y.values(), 2, 1, 2);
    assertValues(y.values(), -1, 3, -1, 3);
    assertValues(y.mean(), 0.5, 2.5);
    assertValues(y.invStd(), 2, 2);
    Normalization.Gradients g =
        Normalization.layerNormGrad(x, x, vector(1, 2), y.mean(), y.invStd());
    assertShape(g.dx(), 2, 1, 2);
    assertThat(g.dx().toDoubleArray()).containsExactly(new double[4], within(1e-12));
    assertValues(g.dgamma(), -2, 4);
    assertValues(g.dbeta(), 2, 4);
  }

  @Test
  void refusesMissingChannelsAndValues() {
    assertThatThrownBy(() -> Normalization.channelStats(vector(1)))
        .hasMessage("channelStats: input must be [N, C, …] but has shape [1]");
    assertThatThrownBy(() -> Normalization.channelStats(zeros(0, 3)))
        .hasMessageContaining("needs at least one value per channel");
    assertThatThrownBy(() -> Normalization.channelAffine(zeros(1, 2, 3), zeros(3), zeros(2), false))
        .hasMessage(
            "channelAffine: scale must hold one value for each of the 2 channels of [1, 2, 3] but"
                + " has shape [3]");
    assertThatThrownBy(() -> Normalization.layerNorm(zeros(2, 3), zeros(2), zeros(3), 0))
        .hasMessage("layerNorm: gamma must have shape [3] but has [2]");
  }
}
