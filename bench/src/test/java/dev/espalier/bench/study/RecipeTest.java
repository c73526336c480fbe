package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import java.util.List;
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
}
