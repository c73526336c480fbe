package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

class LinearTest {
  private static Linear layer() {
    var linear = new Linear(3, 2, new Generator(1));
    Given.set(linear.weight(), 1, 2, 3, 4, 5, 6);
    Given.set(linear.bias(), 10, 20);
    return linear;
  }

  private static Variable input() {
    return Given.leaf(Shape.of(2, 3), 1, 0, -1, 2, 1, 0);
  }

  @Test
  void multipliesByTheTransposedWeightAndAddsTheBias() {
    assertThat(Given.values(layer().forward(input()))).containsExactly(8, 18, 14, 33);
  }

  @Test
  void worksWithoutBias() {
    var linear = new Linear(3, 1, false, new Generator(1));
    Given.set(linear.weight(), 1, 2, 3);
    assertThat(linear.bias()).isNull();
    assertThat(linear.namedParameters().keySet()).containsExactly("weight");
    assertThat(Given.values(linear.forward(input()))).containsExactly(-2, 4);
  }

  @Test
  void gradientsReachInputWeightAndBias() {
    var linear = layer();
    Variable x = input();
    linear.forward(x).sum().backward();
    assertThat(Given.gradient(x)).containsExactly(5, 7, 9, 5, 7, 9);
    assertThat(Given.gradient(linear.weight())).containsExactly(3, 1, -1, 3, 1, -1);
    assertThat(Given.gradient(linear.bias())).containsExactly(2, 2);
  }

  @Test
  void aHardMaskKeepsTheGradientOffPrunedPositions() {
    var linear = layer();
    linear.weight().setMask(Mask.of(Shape.of(2, 3), i -> i % 2 == 0), MaskMode.HARD);
    Variable x = input();
    Variable y = linear.forward(x);
    assertThat(Given.values(y)).containsExactly(8, 20, 12, 25);
    y.sum().backward();
    assertThat(Given.gradient(linear.weight())).containsExactly(3, 0, -1, 0, 1, 0);
    assertThat(Given.gradient(x)).containsExactly(1, 5, 3, 1, 5, 3);
  }

  @Test
  void theDenseGradientUnderAHardMaskCoversPrunedPositions() {
    var linear = layer();
    linear.weight().setMask(Mask.of(Shape.of(2, 3), i -> i % 2 == 0), MaskMode.HARD);
    linear.weight().setDenseGradient(true);
    linear.forward(input()).sum().backward();
    assertThat(Given.gradient(linear.weight())).containsExactly(3, 1, -1, 3, 1, -1);
  }

  @Test
  void aSoftMaskActsOnTheForwardPassOnly() {
    var linear = layer();
    linear.weight().setMask(Mask.of(Shape.of(2, 3), i -> i % 2 == 0), MaskMode.SOFT);
    assertThat(Given.values(linear.forward(input()))).containsExactly(8, 20, 12, 25);
    assertThat(Given.values(linear.weight())).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void startsUniformWithinTheFanInBound() {
    var linear = new Linear(100, 50, new Generator(1));
    assertThat(Given.largest(linear.weight().tensor())).isBetween(0.09f, 0.1f);
    assertThat(Given.largest(linear.bias().tensor())).isBetween(0.05f, 0.1f);
  }

  @Test
  void printsItsSizes() {
    assertThat(layer()).hasToString("Linear(3, 2)");
    assertThat(new Linear(3, 2, false, new Generator(1))).hasToString("Linear(3, 2, no bias)");
  }
}
