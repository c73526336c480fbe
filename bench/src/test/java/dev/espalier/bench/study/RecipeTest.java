package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.InitRule;
import dev.espalier.nn.optim.Adam;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.optim.Sgd;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeTest {
  private static final Recipe MLP = Recipe.of("lenet-300-100");

  @Test
  void everyModelHasARecipe() {
    assertThat(Models.all()).allSatisfy(model -> Recipe.of(model.name()).settings());
    assertThat(MLP.augment()).as("digits may not be flipped").isFalse();
    assertThat(Recipe.of("lenet-5").augment()).isFalse();
    assertThat(Recipe.of("resnet-20").augment()).isTrue();
  }

  @Test
  void changesLeaveTheRestAlone() {
    Recipe changed = MLP.withEpochs(3, 2).withLr(0.2).withBatch(64);
    assertThat(changed.epochs()).isEqualTo(3);
    assertThat(changed.fineTuneEpochs()).isEqualTo(2);
    assertThat(changed.lr()).isEqualTo(0.2);
    assertThat(changed.batch()).isEqualTo(64);
    assertThat(changed.withEpochs(15, 5).withLr(0.05).withBatch(100)).isEqualTo(MLP);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1, 1", "NaN, 1, 1, 1", "0.1, 0, 1, 1", "0.1, 1, 0, 1", "0.1, 1, 1, -1"})
  void numbersThatMakeNoSenseAreRefused(double lr, int batch, int epochs, int fineTune) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MLP.withLr(lr).withBatch(batch).withEpochs(epochs, fineTune))
        .withMessageContaining("recipe: needs lr > 0");
  }

  @Test
  void weightsDecayAndBiasesDoNot() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    try {
      List<ParameterGroup> groups = MLP.optimizer(module).groups();
      assertThat(groups).extracting(ParameterGroup::weightDecay).containsExactly(5e-4, 0.0);
      assertThat(groups).extracting(ParameterGroup::lr).containsExactly(0.05, 0.05);
      assertThat(groups.getFirst().parameters())
          .containsOnlyKeys("fc1.weight", "fc2.weight", "fc3.weight");
      assertThat(groups.getLast().parameters())
          .containsOnlyKeys("fc1.bias", "fc2.bias", "fc3.bias");
    } finally {
      module.close();
    }
  }

  @Test
  void rateDropsTenfoldTwice() {
    LrSchedule schedule = MLP.schedule(100, false);
    assertThat(schedule.factor(49)).isEqualTo(1);
    assertThat(schedule.factor(50)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(79)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(80)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void rateDropsLaterWherePruningHappensInsideTraining() {
    LrSchedule schedule = MLP.schedule(100, true);
    assertThat(schedule.factor(69)).isEqualTo(1);
    assertThat(schedule.factor(70)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(90)).isCloseTo(0.01, within(1e-12));
  }

  @Test
  void settingsTellRecipesApart() {
    assertThat(MLP.settings())
        .containsEntry("lr", "0.05")
        .containsEntry("batch", "100")
        .containsEntry("epochs", "15")
        .containsEntry("finetune_epochs", "5");
    assertThat(MLP.withLr(0.06).settings()).isNotEqualTo(MLP.settings());
    assertThat(MLP.withBatch(99).settings()).isNotEqualTo(MLP.settings());
    assertThat(MLP.withEpochs(15, 4).settings()).isNotEqualTo(MLP.settings());
    assertThat(MLP.withEpochs(14, 5).settings()).isNotEqualTo(MLP.settings());
  }

  private static Recipe with(Descent descent, Drops drops, Tuning tuning) {
    return new Recipe(0.05, descent, 100, 15, drops, tuning, false, 256, InitRule.HE);
  }

  @Test
  void optimisersAreWhatTheirRulesSay() {
    Module module = Models.create("lenet-300-100", 10, new Generator(1));
    try {
      for (Descent.Rule rule : Descent.Rule.values()) {
        Recipe recipe = with(new Descent(rule, 0.5, 1e-3), MLP.drops(), MLP.tuning());
        assertThat(recipe.optimizer(module))
            .isInstanceOf(rule.hasMomentum() ? Sgd.class : Adam.class);
        assertThat(recipe.optimizer(module).groups())
            .extracting(ParameterGroup::weightDecay)
            .containsExactly(1e-3, 0.0);
      }
    } finally {
      module.close();
    }
  }

  @Test
  void rateRisesDuringWarmUp() {
    Drops drops = new Drops(List.of(0.5), List.of(0.9), 0.2, 0.1);
    LrSchedule schedule = with(MLP.descent(), drops, MLP.tuning()).schedule(100, false);
    assertThat(schedule.factor(0)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(9)).isEqualTo(1);
    assertThat(schedule.factor(50)).isCloseTo(0.2, within(1e-12));
  }

  @Test
  void trainedWeightsHaveRatesOfTheirOwn() {
    var tuning = new Tuning(5, Optional.of(0.005), Optional.of(List.of(0.9)));
    LrSchedule schedule = with(MLP.descent(), MLP.drops(), tuning).fineTuneSchedule(100);
    assertThat(schedule.factor(0)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(89)).isCloseTo(0.1, within(1e-12));
    assertThat(schedule.factor(90)).isCloseTo(0.01, within(1e-12));
    for (long step : new long[] {0, 49, 50, 80, 99}) {
      assertThat(MLP.fineTuneSchedule(100).factor(step))
          .isEqualTo(MLP.schedule(100, false).factor(step));
    }
  }

  @Test
  void whatIsOnlyForFineTuningLeavesTheDenseNetworkAlone() {
    var tuning = new Tuning(9, Optional.of(0.005), Optional.of(List.of(0.9)));
    SortedMap<String, String> one = MLP.settings();
    SortedMap<String, String> other = with(MLP.descent(), MLP.drops(), tuning).settings();
    assertThat(other).isNotEqualTo(one);
    one.keySet().removeAll(Recipe.NOT_DENSE);
    other.keySet().removeAll(Recipe.NOT_DENSE);
    assertThat(other).isEqualTo(one);
  }

  /** 784-300: He's deviation is sqrt(2 / 784), Glorot's sqrt(2 / 1084). */
  @Test
  void weightsAreDrawnByTheRule() {
    Recipe glorot =
        new Recipe(
            0.05, MLP.descent(), 100, 15, MLP.drops(), MLP.tuning(), false, 256, InitRule.GLOROT);
    assertThat(glorot.settings()).containsEntry("init", "glorot").isNotEqualTo(MLP.settings());
    assertThat(MLP.settings()).containsEntry("init", "he");
    assertThat(glorot.withLr(0.1).withBatch(3).withEpochs(1, 1).withScoreImages(9).init())
        .isEqualTo(InitRule.GLOROT);
    Module zoo = Models.create("lenet-300-100", 10, new Generator(1));
    Module he = MLP.create("lenet-300-100", 10, new Generator(1));
    Module other = glorot.create("lenet-300-100", 10, new Generator(1));
    assertThat(weight(he)).isEqualTo(weight(zoo));
    assertThat(deviation(weight(he))).isCloseTo(Math.sqrt(2.0 / 784), within(2e-4));
    assertThat(deviation(weight(other))).isCloseTo(Math.sqrt(2.0 / 1084), within(2e-4));
    assertThat(other.namedParameters().get("fc1.bias").tensor().toDoubleArray()).containsOnly(0);
    List.of(zoo, he, other).forEach(Module::close);
  }

  private static double[] weight(Module module) {
    return module.namedParameters().get("fc1.weight").tensor().toDoubleArray();
  }

  private static double deviation(double... values) {
    return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
  }
}
