package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.ModelSummary;
import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.zoo.Models;
import dev.espalier.prune.budget.EqualMacs;
import dev.espalier.prune.budget.ErdosRenyi;
import dev.espalier.prune.budget.SensitivityBudget;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NmStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Granularity;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Protection, empty layers, budgets, speed-ups, sensitivity analysis. */
class PrunerOptionsTest {
  private final Linear first = Nets.linear(2, 2, 1, -4, 3, 2);
  private final Linear second = Nets.linear(2, 2, 10, -40, 0.5f, 20);
  private final Module small = new Sequential(first, new ReLU(), second);

  private static Method magnitude(RankingScope scope) {
    return Nets.method(new ElementStructure(), new Magnitude(), scope);
  }

  private Pruner pruner(RankingScope scope) {
    return new Pruner(small, magnitude(scope), Nets.inputs(Shape.of(2), 1), new Generator(7));
  }

  @Test
  void aProtectedLayerLosesNothing() {
    for (RankingScope scope : RankingScope.PLAIN) {
      pruner(scope).protecting(List.of("0")).pruneToDensity(0.5);
      assertThat(first.weight().mask()).isNull();
      assertThat(second.weight().tensor().toDoubleArray()).containsExactly(0, -40, 0, 20);
    }
  }

  @Test
  void protectionCountsInTheRatioThatCanBeReached() {
    Pruner pruner = pruner(GLOBAL).protecting(List.of("2.weight"));
    assertThatThrownBy(() -> pruner.pruneToRatio(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("4.0", "at most 1.60", "5 of 8 parameters must stay");
    pruner.pruneToRatio(1.6);
    assertThat(first.weight().mask().kept()).isEqualTo(1);
  }

  @Test
  void anUnknownLayerIsRefusedWithTheNearestName() {
    Module module = Nets.zoo("lenet-5");
    var pruner = new Pruner(module, magnitude(LOCAL), Nets.inputs("lenet-5", 1), new Generator(7));
    assertThatThrownBy(() -> pruner.protecting(List.of("conv1", "fx1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("layer 'fx1' is unknown", "did you mean 'fc1'?", "conv2");
  }

  @Test
  void aLayerThatHasNoGroupsOfTheStructureMayBeProtected() {
    Module module = Nets.zoo("lenet-5");
    var method = Nets.method(new FilterStructure(), new Magnitude(), LOCAL);
    var pruner = new Pruner(module, method, Nets.inputs("lenet-5", 1), new Generator(7));
    pruner.protecting(List.of("fc2", "conv1")).pruneToDensity(0.5);
    assertThat(module.namedParameters().get("conv1.weight").mask()).isNull();
    assertThat(module.namedParameters().get("conv2.weight").mask()).isNotNull();
  }

  @Test
  void layersBecomeEmptyOnlyIfAsked() {
    pruner(GLOBAL).allowingEmptyLayers().pruneToDensity(0.25);
    assertThat(first.weight().mask().kept()).isZero();
    assertThat(second.weight().mask().kept()).isEqualTo(2);
  }

  @Test
  void erkKeepsSmallLayersDenser() {
    Module module = Nets.zoo("lenet-300-100");
    var method = magnitude(RankingScope.perLayer(ErdosRenyi.erk()));
    assertThat(method.scope().label()).isEqualTo("erk");
    new Pruner(module, method, Nets.inputs("lenet-300-100", 1), new Generator(7)).pruneToRatio(10);
    double achieved = (double) Nets.parameters(module) / Nets.kept(module);
    assertThat(achieved).isCloseTo(10, within(0.1));
    // fc3 has 110 / 1000 and would keep all: 26661 - 410 - 1000 weights for 1084 + 400 at ε = 1
    double scale = (26_661 - 410 - 1000) / 1484.0;
    assertThat(density(module, "fc3")).isEqualTo(1);
    assertThat(density(module, "fc1")).isCloseTo(scale * 1084 / 235_200, within(1e-3));
    assertThat(density(module, "fc2")).isCloseTo(scale * 400 / 30_000, within(1e-3));
  }

  private static double density(Module module, String layer) {
    var weight = module.namedParameters().get(layer + ".weight");
    return (double) weight.kept() / weight.tensor().size();
  }

  @Test
  void aSpeedUpIsReachedInMultiplyAccumulates() {
    for (RankingScope scope : List.of(GLOBAL, LOCAL, RankingScope.perLayer(new EqualMacs()))) {
      Module module = Nets.zoo("lenet-5");
      new Pruner(module, magnitude(scope), Nets.inputs("lenet-5", 1), new Generator(7))
          .pruneToSpeedup(4);
      ModelSummary summary = ModelSummary.of(module, Models.entry("lenet-5").input());
      assertThat((double) summary.macs() / summary.remainingMacs())
          .as(scope.label())
          .isCloseTo(4, within(0.02));
      module.close();
    }
    assertThatThrownBy(() -> pruner(GLOBAL).pruneToSpeedup(100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("theoretical speed-up 100", "multiply-accumulates must stay");
  }

  @Test
  void aFixedShareHasNothingToShareOut() {
    var method =
        Nets.method(
            new NmStructure(new Granularity.NOfM(1, 2)),
            new Magnitude(),
            RankingScope.perLayer(ErdosRenyi.erk()));
    assertThatThrownBy(
            () -> new Pruner(small, method, Nets.inputs(Shape.of(2), 1), new Generator(7)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("nm-1:2", "'erk'");
  }

  /** The evaluation counts what the first layer keeps, so that only it is sensitive. */
  @Test
  void sensitivityIsMeasuredLayerByLayerAndLeavesTheModelAsItWas() {
    double[] before = first.weight().tensor().toDoubleArray();
    Pruner pruner = pruner(LOCAL);
    int[] points = {0};
    SensitivityAnalysis analysis =
        SensitivityAnalysis.of(pruner, _ -> first.weight().kept() / 4.0, (_, _, _) -> points[0]++);
    assertThat(points[0]).isEqualTo(18);
    assertThat(analysis.accuracy()).isEqualTo(1);
    assertThat(analysis.curves())
        .extracting(SensitivityAnalysis.Curve::layer)
        .containsExactly("0.weight", "2.weight");
    assertThat(analysis.curves().get(0).accuracies())
        .containsExactly(.25, .25, .25, .5, .5, .5, .75, .75, 1.0);
    assertThat(analysis.curves().get(1).accuracies()).containsOnly(1.0);
    assertThat(first.weight().mask()).isNull();
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(before);
    var method = magnitude(RankingScope.perLayer(new SensitivityBudget(analysis)));
    new Pruner(small, method, Nets.inputs(Shape.of(2), 1), new Generator(7)).pruneToDensity(0.5);
    assertThat(first.weight().kept()).isGreaterThan(second.weight().kept());
  }
}
