package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.layer.Linear;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One weight of 1, gradients 0.5 then 0.25, learning rate 0.1. */
class AdamTest {
  private final Parameter weight = new Parameter(Tensor.of(Shape.of(1), 1f));

  private Adam adam(Adam.Config config, double weightDecay) {
    return new Adam(List.of(new ParameterGroup(Map.of("w", weight), 0.1, weightDecay)), config);
  }

  private void step(Optimizer optimizer, float gradient) {
    weight.setGrad(Variable.of(Tensor.of(Shape.of(1), gradient)));
    optimizer.step();
  }

  @Test
  void firstAndSecondStep() {
    var adam = adam(Adam.Config.ADAM, 0);
    step(adam, 0.5f);
    assertThat(weight.tensor().item()).isCloseTo(0.9, within(1e-6));
    step(adam, 0.25f);
    // m = 0.9 * 0.05 + 0.1 * 0.25, v = 0.999 * 0.00025 + 0.001 * 0.0625
    double m = 0.07 / (1 - 0.81);
    double v = 0.00031225 / (1 - 0.998001);
    assertThat(weight.tensor().item())
        .isCloseTo(0.9 - 0.1 * m / (Math.sqrt(v) + 1e-8), within(1e-6));
    assertThat(adam.stateTensors().get("w/exp_avg").item()).isCloseTo(0.07, within(1e-8));
    assertThat(adam.stateTensors().get("w/exp_avg_sq").item()).isCloseTo(0.00031225, within(1e-9));
  }

  @Test
  void weightDecayOfAdamEntersTheGradient() {
    var adam = adam(Adam.Config.ADAM, 0.1);
    step(adam, 0.5f);
    assertThat(weight.tensor().item()).isCloseTo(0.9, within(1e-6));
    assertThat(adam.stateTensors().get("w/exp_avg").item()).isCloseTo(0.06, within(1e-8));
  }

  @Test
  void weightDecayOfAdamWShrinksTheWeight() {
    var adam = adam(Adam.Config.ADAMW, 0.01);
    step(adam, 0.5f);
    assertThat(weight.tensor().item()).isCloseTo(1 - 0.1 * 0.01 - 0.1, within(1e-6));
    assertThat(adam.stateTensors().get("w/exp_avg").item()).isCloseTo(0.05, within(1e-8));
  }

  @Test
  void epsilonBoundsTheStepOfTinyGradients() {
    var adam = adam(new Adam.Config(0.9, 0.999, 1, false), 0);
    step(adam, 0.5f);
    assertThat(weight.tensor().item()).isCloseTo(1 - 0.1 * 0.5 / 1.5, within(1e-6));
  }

  @Test
  void defaultsAreThoseOfPyTorch() {
    assertThat(Adam.Config.ADAM).isEqualTo(new Adam.Config(0.9, 0.999, 1e-8, false));
    assertThat(Adam.Config.ADAMW).isEqualTo(new Adam.Config(0.9, 0.999, 1e-8, true));
    assertThat(Adam.DEFAULT_LR).isEqualTo(0.001);
    assertThat(Adam.ADAMW_WEIGHT_DECAY).isEqualTo(0.01);
    var module = new Linear(1, 1, new Generator(1));
    assertThat(new Adam(module, 0.1).groups().getFirst().weightDecay()).isZero();
    assertThat(Adam.w(module, 0.1, 0.2).groups().getFirst().weightDecay()).isEqualTo(0.2);
  }
}
