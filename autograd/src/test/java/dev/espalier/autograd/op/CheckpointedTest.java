package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.autograd.Autograd;
import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CheckpointedTest {
  private final Variable weight = Given.random(1, 5, 4);
  private final Variable x = Given.random(2, 3, 4);

  /** A layer with dropout that draws from the generator. */
  private UnaryOperator<Variable> layer(Generator generator) {
    return v -> F.dropout(F.linear(v, weight, null).tanh(), 0.5, generator).square();
  }

  private double[][] gradients(Variable loss) {
    weight.zeroGrad();
    x.zeroGrad();
    loss.backward();
    return new double[][] {
      {loss.tensor().item()}, Given.values(x.grad()), Given.values(weight.grad())
    };
  }

  @Test
  void valueAndGradientsEqualThoseWithoutCheckpointDespiteDropout() {
    double[][] plain = gradients(layer(new Generator(7)).apply(x).sum());
    var generator = new Generator(7);
    Variable loss = Autograd.checkpoint(layer(generator), x, generator).sum();
    var afterForward = generator.state();
    double[][] checkpointed = gradients(loss);
    assertThat(checkpointed).isDeepEqualTo(plain);
    assertThat(generator.state()).isEqualTo(afterForward);
  }

  @Test
  void drawsBetweenForwardAndBackwardDoNotDisturbTheSecondRun() {
    double[][] plain = gradients(layer(new Generator(7)).apply(x).sum());
    var generator = new Generator(7);
    Variable loss = Autograd.checkpoint(layer(generator), x, generator).sum();
    generator.nextDouble();
    var afterDraw = generator.state();
    assertThat(gradients(loss)).isDeepEqualTo(plain);
    assertThat(generator.state()).isEqualTo(afterDraw);
  }

  @Test
  void keepsNoIntermediateResult() throws InterruptedException {
    Given.settledMemory();
    try (var _ = Scope.open("test")) {
      Variable input = Variable.leaf(x.tensor().copy());
      int before = Memory.stats().liveStorages();
      Variable y = Autograd.checkpoint(v -> v.tanh().exp().sigmoid().square(), input);
      assertThat(Memory.stats().liveStorages()).isEqualTo(before + 1);
      assertThat(y.tensor().isClosed()).isFalse();
    }
  }

  @Test
  void parametersInsideGetTheirGradientWhenTheInputNeedsNone() {
    Variable constant = Variable.of(x.tensor());
    Autograd.checkpoint(v -> F.linear(v, weight, null), constant).sum().backward();
    double[] checkpointed = Given.values(weight.grad());
    weight.zeroGrad();
    F.linear(constant, weight, null).sum().backward();
    assertThat(checkpointed).containsExactly(Given.values(weight.grad()));
    assertThat(constant.grad()).isNull();
  }

  @Test
  void aFunctionThatIgnoresItsInputGivesZeroGradient() {
    Autograd.checkpoint(_ -> weight.sum(), x).backward();
    assertThat(Given.values(x.grad())).containsOnly(0);
    assertThat(Given.values(weight.grad())).containsOnly(1);
  }

  @Test
  void checkpointsMayNest() {
    Variable y =
        Autograd.checkpoint(
            v -> Autograd.checkpoint(u -> F.linear(u, weight, null).tanh(), v.exp()).square(), x);
    double[][] nested = gradients(y.sum());
    assertThat(nested)
        .isDeepEqualTo(gradients(F.linear(x.exp(), weight, null).tanh().square().sum()));
  }

  @Test
  void aSecondDerivativeIsRefused() {
    Variable y = Autograd.checkpoint(Variable::tanh, x).sum();
    assertThatThrownBy(() -> y.backward(Given.scalar(1), false, true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("checkpoint", "twice");
  }

  @Test
  void gradOfChosenVariablesIsRefusedSinceParametersInsideAreHidden() {
    Variable y = Autograd.checkpoint(v -> F.linear(v, weight, null), x).sum();
    assertThatThrownBy(() -> Autograd.grad(y, List.of(weight), false))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("checkpoint", "backward");
    assertThat(weight.grad()).isNull();
  }
}
