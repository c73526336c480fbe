package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

class Conv2dTest {
  private final Generator generator = new Generator(1);

  /** 0 … 8 as a 3×3 image. */
  private static Variable image() {
    return Variable.leaf(Given.counting(1, 1, 3, 3));
  }

  private Conv2d layer(ConvSpec spec) {
    var conv = new Conv2d(1, 1, 2, spec, generator);
    Given.set(conv.weight(), 1, 2, 3, 4);
    Given.set(conv.bias(), 100);
    return conv;
  }

  @Test
  void correlatesWithoutFlippingTheKernel() {
    Variable y = layer(ConvSpec.DEFAULT).forward(image());
    assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 2, 2));
    assertThat(Given.values(y)).containsExactly(127, 137, 157, 167);
  }

  @Test
  void strideAndPadding() {
    Variable y = layer(ConvSpec.of(2, 1)).forward(image());
    assertThat(y.shape()).isEqualTo(Shape.of(1, 1, 2, 2));
    assertThat(Given.values(y)).containsExactly(100, 111, 130, 167);
  }

  @Test
  void dilation() {
    Variable y = layer(new ConvSpec(1, 1, 0, 0, 2, 2, 1)).forward(image());
    assertThat(Given.values(y)).containsExactly(100 + 2 * 2 + 3 * 6 + 4 * 8);
  }

  @Test
  void groupsSeeTheirOwnChannelsOnly() {
    var conv = new Conv2d(2, 2, 1, 1, new ConvSpec(1, 1, 0, 0, 1, 1, 2), false, generator);
    Given.set(conv.weight(), 10, 100);
    Variable y = conv.forward(Given.constant(Shape.of(1, 2, 1, 2), 1, 2, 3, 4));
    assertThat(conv.weight().shape()).isEqualTo(Shape.of(2, 1, 1, 1));
    assertThat(Given.values(y)).containsExactly(10, 20, 300, 400);
  }

  @Test
  void gradientsReachInputWeightAndBias() {
    var conv = layer(ConvSpec.DEFAULT);
    Variable x = image();
    conv.forward(x).sum().backward();
    assertThat(Given.gradient(conv.weight())).containsExactly(8, 12, 20, 24);
    assertThat(Given.gradient(conv.bias())).containsExactly(4);
    assertThat(Given.gradient(x)).containsExactly(1, 3, 2, 4, 10, 6, 3, 7, 4);
  }

  @Test
  void aHardMaskKeepsTheGradientOffPrunedPositions() {
    var conv = layer(ConvSpec.DEFAULT);
    conv.weight().setMask(Mask.of(Shape.of(1, 1, 2, 2), true, false, false, true), MaskMode.HARD);
    Variable y = conv.forward(image());
    assertThat(Given.values(y)).containsExactly(116, 121, 131, 136);
    y.sum().backward();
    assertThat(Given.gradient(conv.weight())).containsExactly(8, 0, 0, 24);
  }

  @Test
  void channelsThatGroupsDoNotDivideAreRefused() {
    var threeGroups = new ConvSpec(1, 1, 0, 0, 1, 1, 3);
    assertThatThrownBy(() -> new Conv2d(4, 6, 3, threeGroups, generator))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 input and 6 output channels")
        .hasMessageContaining("3 groups");
  }

  @Test
  void startsUniformWithinTheFanInBound() {
    var conv = new Conv2d(4, 20, 5, ConvSpec.DEFAULT, generator);
    assertThat(Given.largest(conv.weight().tensor())).isBetween(0.09f, 0.1f);
    assertThat(Given.largest(conv.bias().tensor())).isBetween(0.05f, 0.1f);
  }

  @Test
  void printsItsSizes() {
    assertThat(layer(ConvSpec.of(2, 1))).hasToString("Conv2d(1, 1, 2×2, stride 2, padding 1)");
  }
}
