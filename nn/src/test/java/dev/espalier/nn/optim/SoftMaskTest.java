package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

/** Under a soft mask hidden values live on, and come back as they were or as they were trained. */
class SoftMaskTest {
  private static final Mask MASK = Mask.of(Shape.of(1, 4), true, false, true, false);

  private final Linear layer = new Linear(4, 1, false, new Generator(1));
  private final Parameter weight = layer.weight();

  private void train(Optimizer optimizer) {
    for (int i = 0; i < 3; i++) {
      layer.zeroGrad();
      layer.forward(Variable.of(Given.normal(i, 3, 4))).square().sum().backward();
      optimizer.step();
    }
  }

  @Test
  void hiddenValuesStayWithoutDecayAndDenseGradient() {
    Given.set(weight, 1, 2, 3, 4);
    weight.setMask(MASK, MaskMode.SOFT);
    train(new Sgd(layer, 0.01, 0.9, 0));
    assertThat(weight.tensor().get(0, 1)).isEqualTo(2);
    assertThat(weight.tensor().get(0, 3)).isEqualTo(4);
    assertThat(weight.tensor().get(0, 0)).isNotEqualTo(1);
    weight.clearMask();
    assertThat(Given.values(weight.value())[1]).isEqualTo(2);
  }

  @Test
  void hiddenValuesTrainWithTheDenseGradient() {
    Given.set(weight, 1, 2, 3, 4);
    weight.setMask(MASK, MaskMode.SOFT);
    weight.setDenseGradient(true);
    train(new Adam(layer, 0.01));
    assertThat(weight.tensor().get(0, 1)).isNotEqualTo(2);
    assertThat(Given.values(weight.value())[1]).isZero();
  }
}
