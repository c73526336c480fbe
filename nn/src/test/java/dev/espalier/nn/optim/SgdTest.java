package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One weight of 1, gradient 0.5, learning rate 0.1: every number can be followed by hand. */
class SgdTest {
  private final Parameter weight = new Parameter(Tensor.of(Shape.of(1), 1f));

  private Sgd sgd(Sgd.Config config, double weightDecay) {
    return new Sgd(List.of(new ParameterGroup(Map.of("w", weight), 0.1, weightDecay)), config);
  }

  private void expectSteps(Optimizer optimizer, double... values) {
    for (int i = 0; i < values.length; i++) {
      weight.setGrad(Variable.of(Tensor.of(Shape.of(1), 0.5f)));
      optimizer.step();
      assertThat(weight.tensor().item()).as("step %d", i + 1).isCloseTo(values[i], within(1e-6));
    }
  }

  @Test
  void plain() {
    expectSteps(sgd(Sgd.Config.DEFAULT, 0), 0.95, 0.9, 0.85);
  }

  @Test
  void momentumStartsWithTheGradient() {
    // v = 0.5, 0.95, 1.355
    expectSteps(sgd(Sgd.Config.momentum(0.9), 0), 0.95, 0.855, 0.7195);
  }

  @Test
  void weightDecayEntersTheGradient() {
    // g = 0.6, 0.594; v = 0.6, 1.134
    expectSteps(sgd(Sgd.Config.momentum(0.9), 0.1), 0.94, 0.8266);
  }

  @Test
  void nesterovLooksAhead() {
    // g + 0.9 v = 0.6 + 0.54, then 0.5886 + 0.9 * 1.1286
    expectSteps(sgd(new Sgd.Config(0.9, 0, true), 0.1), 0.886, 0.725566);
  }

  @Test
  void dampeningSparesTheFirstStep() {
    // v = 0.6, then 0.54 + 0.5 * 0.594
    expectSteps(sgd(new Sgd.Config(0.9, 0.5, false), 0.1), 0.94, 0.8563);
  }

  @Test
  void defaultsAreThoseOfPyTorch() {
    assertThat(Sgd.Config.DEFAULT).isEqualTo(new Sgd.Config(0, 0, false));
  }

  @Test
  void withoutMomentumThereIsNoState() {
    var plain = sgd(Sgd.Config.DEFAULT, 0);
    expectSteps(plain, 0.95);
    assertThat(plain.stateTensors()).isEmpty();
    var heavy = sgd(Sgd.Config.momentum(0.9), 0);
    expectSteps(heavy, 0.9);
    assertThat(heavy.stateTensors().keySet()).containsExactly("w/momentum_buffer");
  }

  @Test
  void nesterovNeedsAMomentumAndNoDampening() {
    assertThatThrownBy(() -> new Sgd.Config(0, 0, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Nesterov");
    assertThatThrownBy(() -> new Sgd.Config(0.9, 0.5, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.5");
  }
}
