package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.GLOBAL;
import static dev.espalier.prune.RankingScope.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.RandomScore;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrunerTest {
  private static final Method LOCAL_MAGNITUDE =
      Nets.method(new ElementStructure(), new Magnitude(), LOCAL);
  private static final Method GLOBAL_MAGNITUDE =
      Nets.method(new ElementStructure(), new Magnitude(), GLOBAL);
  private static final Method FILTERS = Nets.method(new FilterStructure(), new Magnitude(), LOCAL);

  private final Linear first = Nets.linear(2, 2, 1, -4, 3, 2);
  private final Linear second = Nets.linear(2, 2, 10, -40, 0.5f, 20);
  private final Module small = new Sequential(first, new ReLU(), second);

  private static Pruner pruner(Module module, Method method) {
    return new Pruner(module, method, Nets.inputs(Shape.of(2), 1), new Generator(7));
  }

  private static Pruner lenet(Module module, Method method) {
    return new Pruner(module, method, Nets.inputs("lenet-300-100", 1), new Generator(7));
  }

  private static List<Mask> masks(Module module) {
    List<Mask> masks = new ArrayList<>();
    for (Parameter parameter : module.parameters()) {
      masks.add(parameter.mask() == null ? Mask.ones(parameter.shape()) : parameter.mask());
    }
    return masks;
  }

  @Test
  void localRankingPrunesEachLayerAlike() {
    pruner(small, LOCAL_MAGNITUDE).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, -4, 3, 0);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(0, -40, 0, 20);
    assertThat(first.weight().maskMode()).isEqualTo(MaskMode.HARD);
  }

  @Test
  void globalRankingPrunesTheSmallestOfTheWholeModel() {
    pruner(small, GLOBAL_MAGNITUDE).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, -4, 0, 0);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(10, -40, 0, 20);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "0.25, 1", "0.75, 3", "1, 4"})
  void theClassifierKeepsItsFloorInEitherScope(double floor, int kept) {
    for (RankingScope scope : RankingScope.PLAIN) {
      Module module = new Sequential(Nets.linear(2, 2, 1, 2, 3, 4), Nets.linear(2, 2, 5, 6, 7, 8));
      var method =
          new Method(
              "floor",
              "",
              new ElementStructure(),
              new Magnitude(),
              scope,
              new OneShot(),
              new Continue(),
              new Floors(0, floor));
      pruner(module, method).pruneToDensity(0);
      assertThat(masks(module)).extracting(Mask::kept).containsExactly(1, kept);
    }
  }

  @Test
  void aLayerOfWhichNothingIsPrunedGetsNoMask() {
    Module module = Nets.zoo("lenet-300-100");
    lenet(module, Methods.get("global-magnitude")).pruneToDensity(0.1);
    assertThat(module.namedParameters().get("fc1.weight").mask()).isNotNull();
    assertThat(module.namedParameters().get("fc3.weight").mask()).isNull();
  }

  @Test
  void noLayerBecomesEmpty() {
    pruner(small, GLOBAL_MAGNITUDE).pruneToDensity(0);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, -4, 0, 0);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(0, -40, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8, 12, 16, 32})
  void everyElementMethodReachesItsRatioWithinOnePercent(int ratio) {
    for (String name :
        List.of("global-magnitude", "layer-magnitude", "gradual-magnitude", "random")) {
      Module module = Nets.zoo("lenet-300-100");
      lenet(module, Methods.get(name)).pruneToRatio(ratio);
      double achieved = (double) Nets.parameters(module) / Nets.kept(module);
      assertThat(achieved).as(name).isCloseTo(ratio, within(0.01 * ratio));
      module.close();
    }
  }

  @Test
  void aRatioOfOneKeepsEverything() {
    Pruner pruner = pruner(small, GLOBAL_MAGNITUDE);
    assertThat(pruner.densityFor(1)).isEqualTo(1, within(1e-9));
    pruner.pruneToRatio(1);
    assertThat(Nets.kept(small)).isEqualTo(8);
  }

  @Test
  void aRatioThatTheRestMakesUnreachableIsRefusedWithTheLargestPossible() {
    Module module = Nets.zoo("lenet-300-100");
    assertThatThrownBy(() -> lenet(module, Methods.get("global-magnitude")).pruneToRatio(400))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("400", "'global-magnitude'", "at most 188.8", "1412 of 266610");
    assertThat(module.parameters()).allMatch(parameter -> parameter.mask() == null);
    assertThatThrownBy(() -> lenet(module, LOCAL_MAGNITUDE).densityFor(0.5))
        .hasMessageContainingAll("at least 1", "0.5");
    assertThatThrownBy(() -> lenet(module, LOCAL_MAGNITUDE).pruneToDensity(1.5))
        .hasMessageContainingAll("[0, 1]", "1.5");
  }

  @Test
  void pruningOnRemovesMoreAndBringsNothingBack() {
    Module module = Nets.zoo("lenet-300-100");
    for (String name :
        List.of("layer-magnitude", "global-magnitude", "random", "layer-magnitude")) {
      List<Mask> before = masks(module);
      lenet(module, Methods.get(name)).pruneToDensity(0.7 * densityOf(module));
      List<Mask> after = masks(module);
      assertThat(after).isNotEqualTo(before);
      for (int i = 0; i < before.size(); i++) {
        assertThat(after.get(i).andNot(before.get(i)).kept()).isZero();
      }
    }
  }

  private static double densityOf(Module module) {
    return module.namedParameters().get("fc1.weight").mask() == null
        ? 1
        : module.namedParameters().get("fc1.weight").mask().density();
  }

  @Test
  void aHigherDensityLeavesMasksAsTheyAre() {
    pruner(small, LOCAL_MAGNITUDE).pruneToDensity(0.25);
    List<Mask> before = masks(small);
    first.weight().tensor().fill(0); // a dead weight must not be told apart by its value
    pruner(small, LOCAL_MAGNITUDE).pruneToDensity(0.75);
    pruner(small, LOCAL_MAGNITUDE).pruneToDensity(1);
    assertThat(masks(small)).isEqualTo(before);
  }

  @Test
  void aSecondRoundOfFilterPruningStillRanksByScore() {
    // after round 1 each row of the second layer reads a removed channel
    Module module =
        new Sequential(
            Nets.linear(1, 3, 1, 9, 8),
            new ReLU(),
            Nets.linear(3, 3, 50, 1, 1, 0, 5, 5, 0, 3, 3),
            new ReLU(),
            Nets.linear(3, 1, 1, 1, 1));
    pruner1(module).pruneToDensity(0.66);
    assertThat(module.namedParameters().get("0.weight").tensor().toDoubleArray())
        .containsExactly(0, 9, 8);
    assertThat(module.namedParameters().get("2.weight").tensor().toDoubleArray())
        .containsExactly(0, 1, 1, 0, 5, 5, 0, 0, 0);
    pruner1(module).pruneToDensity(0.33);
    assertThat(module.namedParameters().get("0.weight").tensor().toDoubleArray())
        .containsExactly(0, 9, 0);
    assertThat(module.namedParameters().get("2.weight").tensor().toDoubleArray())
        .containsExactly(0, 0, 0, 0, 5, 0, 0, 0, 0);
  }

  private static Pruner pruner1(Module module) {
    return new Pruner(module, FILTERS, Nets.inputs(Shape.of(1), 1), new Generator(7));
  }

  @Test
  void filterPruningKeepsElementMasksInsideTheSurvivors() {
    Module module = new Sequential(Nets.linear(2, 2, 1, 1, 3, 4), Nets.linear(2, 1, 5, 6));
    Parameter weight = module.namedParameters().get("0.weight");
    weight.setMask(Mask.of(Shape.of(2, 2), true, true, true, false), MaskMode.HARD);
    pruner(module, FILTERS).pruneToDensity(1);
    assertThat(weight.tensor().toDoubleArray()).containsExactly(1, 1, 3, 0);
    pruner(module, FILTERS).pruneToDensity(0.5);
    assertThat(weight.tensor().toDoubleArray()).containsExactly(0, 0, 3, 0);
  }

  @Test
  void aRandomMethodPrunesWhatItRankedForTheRatio() {
    Module module = Nets.zoo("vgg-tiny");
    var method = Nets.method(new FilterStructure(), new RandomScore(), GLOBAL);
    new Pruner(module, method, Nets.inputs("vgg-tiny", 1), new Generator(8)).pruneToRatio(3);
    double achieved = (double) Nets.parameters(module) / Nets.kept(module);
    assertThat(achieved).isCloseTo(3, within(0.03 * 3));
  }

  @Test
  void scoresThatAreNotNumbersAreRefusedWithTheLayerNamed() {
    first.weight().tensor().set(Double.NaN, 1, 0);
    assertThatThrownBy(() -> pruner(small, LOCAL_MAGNITUDE).pruneToDensity(0.5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'magnitude'", "'0.weight'", "NaN");
  }

  @Test
  void equalSeedsGiveEqualRandomMasks() {
    Module a = Nets.zoo("lenet-300-100");
    Module b = Nets.zoo("lenet-300-100");
    lenet(a, Methods.get("random")).pruneToDensity(0.3);
    lenet(b, Methods.get("random")).pruneToDensity(0.3);
    assertThat(masks(a)).isEqualTo(masks(b));
  }

  @Test
  void gradualPruningEndsAtItsRatioAndPrunesWhenDue() {
    Module module = Nets.zoo("lenet-300-100");
    var schedule = (Schedule.Gradual) Methods.get("gradual-magnitude").schedule();
    var pruning =
        new GradualPruning(lenet(module, Methods.get("gradual-magnitude")), schedule, 12, 1000);
    long[] due = new long[11];
    int events = 0;
    double density = 1;
    for (long step = 1; step <= 1000; step++) {
      if (pruning.afterStep(step)) {
        due[events++] = step;
        double now = densityOf(module);
        assertThat(now).isLessThanOrEqualTo(density);
        density = now;
      }
    }
    assertThat(Arrays.copyOf(due, events)).containsExactly(100, 200, 300, 400, 500, 600);
    double achieved = (double) Nets.parameters(module) / Nets.kept(module);
    assertThat(achieved).isCloseTo(12, within(0.12));
  }

  @Test
  void scratchMemoryOfPruningIsFreed() throws InterruptedException {
    Module module = Nets.zoo("lenet-300-100");
    Tensor example = Nets.inputs("lenet-300-100", 1);
    var pruner = new Pruner(module, Methods.get("global-magnitude"), example, new Generator(7));
    pruner.pruneToRatio(2);
    Nets.settledMemory();
    int before = Memory.stats().liveStorages();
    pruner.pruneToRatio(4);
    assertThat(Memory.stats().liveStorages()).isEqualTo(before);
    assertThat(example.isClosed()).isFalse();
    assertThat(module.parameters()).noneMatch(parameter -> parameter.tensor().isClosed());
  }
}
