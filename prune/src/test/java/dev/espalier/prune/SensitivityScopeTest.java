package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.budget.SensitivityBudget;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Iterative;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Generator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scope that the pruner measures. */
class SensitivityScopeTest {
  private final Toy toy = new Toy();

  private static Method method(Schedule schedule) {
    return new Method(
        "test",
        "",
        new ElementStructure(),
        new Magnitude(),
        RankingScope.get("sensitivity"),
        schedule,
        new Continue(),
        Floors.NONE);
  }

  private Pruner pruner(Module module, ScoringData data) {
    return new Pruner(module, method(new Iterative(2)), Toy.example(), new Generator(1))
        .withData(data);
  }

  @Test
  void layersLoseTheSameAndTheDensityIsKept() {
    Module module = toy.trained();
    List<String> told = new ArrayList<>();
    ScoringData data = toy.data();
    Pruner pruner = pruner(module, data).withListener((what, batch, batches) -> told.add(what));
    SensitivityAnalysis analysis =
        SensitivityAnalysis.of(pruner, SensitivityAnalysis.Listener.NONE);
    assertThat(analysis.accuracy()).isCloseTo(toy.accuracy(module), within(1e-9));
    int passes = 1 + 3 * SensitivityAnalysis.POINTS;
    assertThat(told).hasSize(passes * data.batches()).containsOnly("sensitivity");
    pruner.pruneToDensity(0.3);
    pruner.pruneToDensity(0.2);
    assertThat(told).as("measured once more, for all rounds").hasSize(2 * passes * data.batches());
    List<Budget.Layer> layers =
        pruner.weights().stream()
            .map(it -> new Budget.Layer(it.name(), size(it), List.of(it), () -> 0))
            .toList();
    double[] expected = new SensitivityBudget(analysis).densities(layers, 0.2);
    for (int i = 0; i < expected.length; i++) {
      PrunableWeight weight = pruner.weights().get(i);
      assertThat(weight.parameter().kept()).isEqualTo(Math.round(expected[i] * size(weight)));
    }
  }

  private static int size(PrunableWeight weight) {
    return Math.toIntExact(weight.parameter().tensor().size());
  }

  @Test
  void itNeedsDataAndATrainedNetwork() {
    assertThatIllegalStateException()
        .isThrownBy(() -> pruner(toy.trained(), null).pruneToDensity(0.5))
        .withMessageContaining("sensitivity: needs data");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> method(new Cubic(0.1, 0.7, 5)))
        .withMessageContaining("prunes one that is not trained yet; prune in rounds");
    assertThat(method(new Iterative(2)).needsData()).isTrue();
    assertThat(method(new Iterative(2)).withoutData().needsData()).isFalse();
  }

  @Test
  void wholeMethodRuns() {
    Module module = toy.trained();
    Method method = method(new Iterative(2));
    var generator = new Generator(5);
    var pruner = new Pruner(module, method, Toy.example(), generator).withData(toy.data());
    new MethodRun(method, module, pruner, toy, toy, Toy.INPUT, generator).run(new Goal.Speedup(3));
    assertThat(pruner.remainingMacs()).isCloseTo((64 * 24 + 24 * 16 + 16 * 4) / 3.0, within(30.0));
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
    assertThat(toy.data().loss()).isInstanceOf(CrossEntropy.class);
  }
}
