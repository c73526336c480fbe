package dev.espalier.prune.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.Budget.Layer;
import dev.espalier.prune.Floors;
import dev.espalier.prune.Method;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Schedule;
import dev.espalier.prune.schedule.FixedRate;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FixedDensitiesTest {
  /** LeNet-300-100 of Han et al. (2015): 235200, 30000 and 1000 weights, 410 biases. */
  private static final Map<String, Double> HAN = Map.of("fc1", 0.08, "fc2", 0.09, "fc3", 0.26);

  private static final long KEPT = 18_816 + 2_700 + 260;

  private final List<Layer> layers = List.of(layer("a.weight", 100), layer("b.weight", 300));

  private static Layer layer(String name, int groups) {
    return new Layer(name, groups, List.of(), () -> 0);
  }

  private static Method method(Map<String, Double> densities, Schedule schedule) {
    return new Method(
        "by-layer",
        "",
        new ElementStructure(),
        new Magnitude(),
        RankingScope.perLayer(new FixedDensities(densities)),
        schedule,
        new Continue(),
        Floors.NONE);
  }

  private static Pruner pruner(Module module, Map<String, Double> densities) {
    Tensor example = Tensor.zeros(DType.FLOAT32, Shape.of(1, 1, 28, 28));
    return new Pruner(module, method(densities, new OneShot()), example, new Generator(0));
  }

  /** (100 · 0.1 + 300 · 0.5) / 400 = 0.4. */
  @Test
  void atTheEndTheyAreWhatWasGiven() {
    var budget = new FixedDensities(Map.of("a", 0.1, "b.weight", 0.5));
    assertThat(budget.fixedDensity(layers)).hasValue(0.4);
    assertThat(budget.densities(layers, 0.4)).containsExactly(0.1, 0.5);
  }

  /** Half-way to a sparsity of 0.6 each layer has half of its own: 0.45 and 0.25. */
  @Test
  void onTheWaySparsitiesAreInProportion() {
    var budget = new FixedDensities(Map.of("a", 0.1, "b", 0.5));
    assertThat(budget.densities(layers, 0.7))
        .containsExactly(new double[] {0.55, 0.75}, within(1e-12));
    assertThat(budget.densities(layers, 1)).containsExactly(1, 1);
  }

  @Test
  void whatIsNotNamedStaysWhole() {
    var budget = new FixedDensities(Map.of("b", 0.5));
    assertThat(budget.fixedDensity(layers)).hasValue(0.625);
    assertThat(budget.densities(layers, 0.625)).containsExactly(1, 0.5);
    assertThat(budget.densities(layers, 0.8)[0]).isEqualTo(1);
  }

  @Test
  void tiedLayersGoByAnyOfTheirNames() {
    List<Layer> tied = List.of(layer("a.weight+b.weight", 10));
    for (String name : List.of("a", "b", "b.weight", "a+b", "a.weight+b.weight")) {
      assertThat(new FixedDensities(Map.of(name, 0.5)).fixedDensity(tied)).as(name).hasValue(0.5);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FixedDensities(Map.of("a", 0.5, "b", 0.4)).fixedDensity(tied))
        .withMessageContaining("[a, b] are one set of groups, 'a.weight+b.weight'");
  }

  @Test
  void theNameHoldsThemInOneOrder() {
    assertThat(new FixedDensities(HAN).name()).isEqualTo("per-layer(fc1 0.08, fc2 0.09, fc3 0.26)");
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FixedDensities(Map.of("a", 0.0)))
        .withMessageContaining("that of layer 'a' must lie in (0, 1] but is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FixedDensities(Map.of("a", 1.0)))
        .withMessageContaining("prune nothing");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FixedDensities(Map.of("b", 0.5)).densities(layers, 0.5))
        .withMessageContaining("come to 0.625, and nothing below");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FixedDensities(Map.of("fc1", 0.5)).fixedDensity(layers))
        .withMessage("densities: layer to prune 'fc1' is unknown; known are a, b");
  }

  @Test
  void aScheduleThatTreatsTheClassifierApartIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> method(HAN, new FixedRate(0.2, 0.1)))
        .withMessageContaining("'rate-20'")
        .withMessageContaining("'per-layer(fc1 0.08, fc2 0.09, fc3 0.26)'");
    assertThat(method(HAN, new FixedRate(0.2)).schedule().name()).isEqualTo("rate-20-20");
    assertThat(method(HAN, new Iterative(3)).scope().label()).startsWith("per-layer(");
  }

  /** With the biases 266610 / (21776 + 410) = 12.017. */
  @Test
  void theModelHasTheRatioThatTheyComeTo() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    Pruner pruner = pruner(module, HAN);
    assertThat(pruner.densityFor(12)).isCloseTo(KEPT / 266_200.0, within(1e-12));
    pruner.pruneToRatio(12);
    assertThat(PrunableWeight.of(module))
        .extracting(weight -> weight.parameter().kept())
        .containsExactly(18_816L, 2_700L, 260L);
    module.close();
  }

  @Test
  void anotherRatioIsRefusedWithTheRightOne() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    Pruner pruner = pruner(module, HAN);
    for (double ratio : new double[] {2, 11.8, 12.2}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> pruner.requireReachable(ratio))
          .withMessage(
              "compression ratio %s: method 'by-layer' reaches 12.02 here and nothing else; ask for that"
                  .formatted(ratio));
    }
    pruner.requireReachable(12.1);
    module.close();
  }

  @Test
  void aProtectedLayerHasNone() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    Pruner pruner = pruner(module, HAN).protecting(List.of("fc2"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pruner.requireReachable(12))
        .withMessageContaining("layer to prune 'fc2' is unknown");
    module.close();
  }
}
