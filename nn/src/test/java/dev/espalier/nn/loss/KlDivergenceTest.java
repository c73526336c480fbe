package dev.espalier.nn.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class KlDivergenceTest {
  private static Tensor logs(double... probabilities) {
    float[] logs = new float[probabilities.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = (float) Math.log(probabilities[i]);
    }
    return Tensor.of(Shape.of(logs.length / 2, 2), logs);
  }

  @Test
  void averagesOverRowsNotElements() {
    Variable logits = Variable.leaf(logs(0.5, 0.5, 0.25, 0.75));
    Variable loss = new KlDivergence().of(logits, logs(0.25, 0.75, 0.25, 0.75));
    double first = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5);
    assertThat(loss.tensor().item()).isCloseTo(first / 2, within(1e-6));
    loss.backward();
    assertThat(Given.gradient(logits))
        .containsExactly(new float[] {0.125f, -0.125f, 0, 0}, within(1e-6f));
  }

  @Test
  void equalDistributionsHaveNone() {
    Tensor p = logs(0.1, 0.9);
    assertThat(new KlDivergence().of(Variable.of(p), p).tensor().item()).isCloseTo(0, within(1e-6));
  }
}
