package dev.espalier.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private final Parameter a = new Parameter(Tensor.of(Shape.of(2), 1f, 2f));
  private final Parameter b = new Parameter(Tensor.of(Shape.of(1), 3f));

  private Map<String, Parameter> both() {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    parameters.put("a", a);
    parameters.put("b", b);
    return parameters;
  }

  private Sgd momentum() {
    return new Sgd(List.of(new ParameterGroup(both(), 0.1, 0)), Sgd.Config.momentum(0.9));
  }

  private void gradients() {
    a.setGrad(Given.constant(Shape.of(2), 1, 1));
    b.setGrad(Given.constant(Shape.of(1), 1));
  }

  @Test
  void groupsHaveTheirOwnRateAndDecay() {
    var sgd =
        new Sgd(
            List.of(
                ParameterGroup.matching(both(), name -> name.equals("a"), 0.1, 0),
                ParameterGroup.matching(both(), name -> name.equals("b"), 0.01, 1)),
            Sgd.Config.DEFAULT);
    gradients();
    sgd.step();
    assertThat(Given.values(a)).containsExactly(new float[] {0.9f, 1.9f}, within(1e-6f));
    assertThat(Given.values(b)).containsExactly(new float[] {2.96f}, within(1e-6f));
  }

  @Test
  void aParameterOfTwoNamesTakesOneStep() {
    Map<String, Parameter> names = both();
    names.put("again", a);
    var sgd = new Sgd(List.of(new ParameterGroup(names, 0.1, 0)), Sgd.Config.momentum(0.9));
    gradients();
    sgd.step();
    assertThat(Given.values(a)).containsExactly(new float[] {0.9f, 1.9f}, within(1e-6f));
    assertThatThrownBy(
            () ->
                new Sgd(
                    List.of(
                        new ParameterGroup(both(), 0.1, 0),
                        new ParameterGroup(Map.of("again", a), 0.1, 0)),
                    Sgd.Config.DEFAULT))
        .hasMessageContaining("'again'");
  }

  @Test
  void aParameterInTwoGroupsIsRefused() {
    var group = new ParameterGroup(both(), 0.1, 0);
    assertThatThrownBy(() -> new Sgd(List.of(group, group), Sgd.Config.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a'");
  }

  @Test
  void negativeRatesAreRefused() {
    assertThatThrownBy(() -> new ParameterGroup(both(), -1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new ParameterGroup(both(), 1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
  }

  @Test
  void theFactorMultipliesEveryRate() {
    var sgd = new Sgd(List.of(new ParameterGroup(both(), 0.1, 0)), Sgd.Config.DEFAULT);
    sgd.setLrFactor(10);
    gradients();
    sgd.step();
    assertThat(Given.values(a)).containsExactly(new float[] {0, 1}, within(1e-6f));
  }

  @Test
  void frozenParametersAndThoseWithoutGradientStay() {
    var sgd = momentum();
    gradients();
    a.setFrozen(true);
    b.zeroGrad();
    sgd.step();
    assertThat(Given.values(a)).containsExactly(1, 2);
    assertThat(Given.values(b)).containsExactly(3);
    assertThat(sgd.stepCounts()).isEmpty();
  }

  @Test
  void zeroGradDropsAllGradients() {
    gradients();
    momentum().zeroGrad();
    assertThat(a.grad()).isNull();
    assertThat(b.grad()).isNull();
  }

  @Test
  void restoredStateContinuesAsIfNothingHadHappened() {
    var first = momentum();
    gradients();
    first.step();
    Map<String, Tensor> state = new LinkedHashMap<>();
    first.stateTensors().forEach((name, tensor) -> state.put(name, tensor.copy()));
    var second = momentum();
    second.restore(state, first.stepCounts());
    float[] before = Given.values(a);
    gradients();
    first.step();
    float[] expected = Given.values(a);
    a.tensor().copyFrom(Tensor.of(Shape.of(2), before));
    gradients();
    second.step();
    assertThat(Given.values(a)).isEqualTo(expected);
    assertThat(second.stepCounts()).isEqualTo(Map.of("a", 2L, "b", 2L));
    assertThat(state.get("a/momentum_buffer").toFloatArray())
        .as("the given tensors are copied")
        .containsExactly(1, 1);
  }

  @Test
  void restoreListsAllDifferencesAndChangesNothing() {
    var sgd = momentum();
    gradients();
    sgd.step();
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put("a/momentum_buffer", Given.counting(3));
    state.put("b/exp_avg", Given.counting(1));
    assertThatThrownBy(() -> sgd.restore(state, Map.of("a", 1L, "b", 1L, "c", 1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 steps of 'c'")
        .hasMessageContaining("'b/momentum_buffer' is missing")
        .hasMessageContaining("'b/exp_avg' is not one of Sgd")
        .hasMessageContaining("'a/momentum_buffer' is float32 [3] but the parameter float32 [2]");
    assertThat(sgd.stateTensors().get("a/momentum_buffer").toFloatArray()).containsExactly(1, 1);
    assertThat(sgd.stepCounts()).isEqualTo(Map.of("a", 1L, "b", 1L));
  }

  @Test
  void resetForgetsAndFreesTheState() {
    var sgd = momentum();
    gradients();
    sgd.step();
    Tensor velocity = sgd.stateTensors().get("a/momentum_buffer");
    sgd.reset();
    assertThat(velocity.isClosed()).isTrue();
    assertThat(sgd.stateTensors()).isEmpty();
    a.setGrad(Variable.of(Tensor.of(Shape.of(2), 0f, 0f)));
    float[] before = Given.values(a);
    sgd.step();
    assertThat(Given.values(a)).as("no velocity is left").isEqualTo(before);
  }

  @Test
  void stateIsChangedWithTheValue() {
    Sgd sgd = momentum();
    gradients();
    sgd.step();
    a.replace(Tensor.of(Shape.of(1), 5f));
    sgd.changeState(a, state -> state.narrow(0, 1, 1).copy());
    a.setGrad(Given.constant(Shape.of(1), 1));
    sgd.step();
    assertThat(Given.values(a)).containsExactly(new float[] {5 - 0.1f * 1.9f}, within(1e-6f));
    assertThat(sgd.stepCounts()).containsEntry("a", 2L);
  }

  @Test
  void forgottenParametersLeaveNothingBehind() {
    Sgd sgd = momentum();
    gradients();
    sgd.step();
    sgd.forget(List.of(a));
    assertThat(sgd.stateTensors()).containsOnlyKeys("b/momentum_buffer");
    assertThat(sgd.stepCounts()).containsOnlyKeys("b");
    float[] before = Given.values(a);
    gradients();
    sgd.step();
    assertThat(Given.values(a)).isEqualTo(before);
    assertThat(sgd.groups().getFirst().parameters()).containsOnlyKeys("b");
  }
}
