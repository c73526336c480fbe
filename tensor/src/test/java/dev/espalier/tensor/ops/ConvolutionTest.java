package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ConvolutionTest extends OpsTest {
  @Test
  void convolvesByHand() {
    Tensor x = counting(1, 1, 3, 3);
    Tensor w = counting(1, 1, 2, 2).copy();
    Tensor y = Convolution.conv2d(x, w, vector(-30), true, ConvSpec.DEFAULT);
    assertShape(y, 1, 1, 2, 2);
    assertValues(y, 0, 0, 7, 13); // 19, 25, 37, 43 less 30
    Tensor dy = Tensor.of(Shape.of(1, 1, 2, 2), 1.0, 0, 0, 0);
    Tensor dx = Convolution.conv2dGradInput(dy, w, ConvSpec.DEFAULT, x.shape());
    assertValues(dx, 0, 1, 0, 2, 3, 0, 0, 0, 0);
    Tensor dw = Convolution.conv2dGradWeight(x, dy, ConvSpec.DEFAULT, w.shape());
    assertValues(dw, 0, 1, 3, 4);
  }

  @Test
  void namesDisagreeingChannels() {
    assertThatThrownBy(
            () ->
                Convolution.conv2d(
                    zeros(8, 3, 32, 32), zeros(16, 4, 3, 3), null, false, ConvSpec.DEFAULT))
        .hasMessage(
            "conv2d: input has 3 channels but weight expects 4 (input [8, 3, 32, 32], weight"
                + " [16, 4, 3, 3], groups 1)");
    assertThatThrownBy(
            () ->
                Convolution.conv2d(
                    zeros(1, 4, 3, 3),
                    zeros(3, 2, 1, 1),
                    null,
                    false,
                    ConvSpec.DEFAULT.withGroups(2)))
        .hasMessage("conv2d: 3 output channels do not divide into 2 groups (weight [3, 2, 1, 1])");
  }

  @Test
  void refusesKernelsLargerThanTheInput() {
    assertThatThrownBy(
            () ->
                Convolution.conv2d(
                    zeros(1, 1, 4, 4),
                    zeros(1, 1, 3, 3),
                    null,
                    false,
                    ConvSpec.DEFAULT.withDilation(2)))
        .hasMessageContaining("must not be empty or exceed the padded input");
    assertThatThrownBy(
            () ->
                Convolution.conv2d(
                    zeros(1, 1, 4, 4), zeros(1, 1, 0, 3), null, false, ConvSpec.DEFAULT))
        .hasMessageContaining("must not be empty");
  }

  @Test
  void refusesWrongRanksBiasesAndGradients() {
    Tensor x = zeros(1, 1, 4, 4);
    Tensor w = zeros(2, 1, 3, 3);
    assertThatThrownBy(() -> Convolution.conv2d(zeros(4, 4), w, null, false, ConvSpec.DEFAULT))
        .hasMessage("conv2d: input must be [N, C, H, W] but has shape [4, 4]");
    assertThatThrownBy(() -> Convolution.conv2d(x, w, zeros(1), false, ConvSpec.DEFAULT))
        .hasMessage("conv2d: bias must have shape [2] but has [1]");
    assertThatThrownBy(
            () -> Convolution.conv2dGradInput(zeros(1, 2, 4, 4), w, ConvSpec.DEFAULT, x.shape()))
        .hasMessage(
            "conv2dGradInput: the gradient of the output must have shape [1, 2, 2, 2] but has"
                + " [1, 2, 4, 4]");
    assertThatThrownBy(
            () -> Convolution.conv2dGradWeight(x, zeros(1, 2, 2, 2), ConvSpec.DEFAULT, Shape.of(2)))
        .hasMessageStartingWith("conv2dGradWeight: input must be [N, C, H, W]");
  }
}
