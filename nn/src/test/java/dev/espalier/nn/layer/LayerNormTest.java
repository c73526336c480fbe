package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LayerNormTest {
  @Test
  void normalisesEachRow() {
    Variable y = new LayerNorm(2).forward(Given.constant(Shape.of(2, 2), 1, 3, 10, 10));
    assertThat(Given.values(y)).containsExactly(new float[] {-1, 1, 0, 0}, within(1e-5f));
  }

  @Test
  void scalesAndShifts() {
    var norm = new LayerNorm(2);
    Parameter weight = norm.namedParameters().get("weight");
    Given.set(weight, 3, 5);
    Given.set(norm.namedParameters().get("bias"), 10, 20);
    Variable y = norm.forward(Given.constant(Shape.of(1, 2), 1, 3));
    assertThat(Given.values(y)).containsExactly(new float[] {7, 25}, within(1e-4f));
    y.sum().backward();
    assertThat(Given.gradient(weight)).containsExactly(new float[] {-1, 1}, within(1e-5f));
  }

  @Test
  void trainingAndEvaluationAgree() {
    var norm = new LayerNorm(4);
    Variable x = Variable.of(Given.normal(1, 3, 4));
    float[] training = Given.values(norm.forward(x));
    norm.eval();
    assertThat(Given.values(norm.forward(x))).isEqualTo(training);
  }

  @Test
  void removedFeaturesStillCountAsZeros() {
    var whole = new LayerNorm(4);
    Given.set(whole.weight(), 3, 5, 0, 0);
    Given.set(whole.bias(), 1, 2, 0, 0);
    var small = new LayerNorm(4);
    small.weight().replace(Tensor.of(Shape.of(2), 3f, 5f));
    small.bias().replace(Tensor.of(Shape.of(2), 1f, 2f));
    Variable all = whole.forward(Given.constant(Shape.of(1, 4), 1, 3, 0, 0));
    Variable y = small.forward(Given.constant(Shape.of(1, 2), 1, 3));
    assertThat(Given.values(y)).containsExactly(Arrays.copyOf(Given.values(all), 2));
    assertThat(small).hasToString("LayerNorm(2 of 4)");
  }
}
