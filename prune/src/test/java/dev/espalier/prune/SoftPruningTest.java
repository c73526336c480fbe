package dev.espalier.prune;

import static dev.espalier.prune.RankingScope.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.train.StepEvent;
import dev.espalier.nn.train.Trainer;
import dev.espalier.nn.train.TrainingListener;
import dev.espalier.prune.schedule.Constant;
import dev.espalier.prune.schedule.Cubic;
import dev.espalier.prune.schedule.Soft;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Mask;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Weights under a soft mask may come back. */
class SoftPruningTest {
  private final Linear first = Nets.linear(2, 2, 1, -4, 3, 2);
  private final Linear second = Nets.linear(2, 2, 10, -40, 0.5f, 20);
  private final Module small = new Sequential(first, new ReLU(), second);

  private static Method method(Structure structure, Schedule schedule) {
    return new Method(
        "test", "", structure, new Magnitude(), LOCAL, schedule, new Continue(), Floors.NONE);
  }

  private Pruner pruner(Structure structure) {
    return new Pruner(
        small,
        Nets.method(structure, new Magnitude(), LOCAL),
        Nets.inputs(Shape.of(2), 1),
        new Generator(7));
  }

  @Test
  void hiddenValuesLiveOnAndReturnWhenTheyAreLarge() {
    Pruner pruner = pruner(new ElementStructure());
    pruner.pruneToDensity(0.5, Masking.HIDDEN);
    assertThat(first.weight().maskMode()).isEqualTo(MaskMode.SOFT);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, -4, 3, 2);
    assertThat(first.weight().value().tensor().toDoubleArray()).containsExactly(0, -4, 3, 0);
    first.weight().tensor().set(5, 0, 0);
    pruner.pruneToDensity(0.5, Masking.HIDDEN);
    assertThat(first.weight().value().tensor().toDoubleArray()).containsExactly(5, -4, 0, 0);
    pruner.pruneToDensity(0.5, Masking.HARD);
    assertThat(first.weight().maskMode()).isEqualTo(MaskMode.HARD);
    assertThat(first.weight().denseGradient()).isFalse();
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(5, -4, 0, 0);
  }

  @Test
  void zeroedValuesHaveNoMask() {
    Pruner pruner = pruner(new ElementStructure());
    pruner.pruneToDensity(0.5, Masking.ZEROED);
    assertThat(first.weight().mask()).isNull();
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, -4, 3, 0);
    first.weight().tensor().set(5, 0, 0);
    pruner.pruneToDensity(0.5, Masking.ZEROED);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(5, -4, 0, 0);
  }

  @Test
  void aSoftFilterKeepsItsReadersSoThatItCanComeBack() {
    Pruner pruner = pruner(new FilterStructure());
    pruner.pruneToDensity(0.5, Masking.ZEROED);
    // rows of norm 5 and 5: the tie keeps the first
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, -4, 0, 0);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(10, -40, 0.5, 20);
    pruner.pruneToDensity(0.5, Masking.HARD);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(10, 0, 0.5, 0);
  }

  @Test
  void aHardMaskIsNotSoftened() {
    pruner(new ElementStructure()).pruneToDensity(0.5);
    assertThatThrownBy(() -> pruner(new ElementStructure()).pruneToDensity(0.5, Masking.HIDDEN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("hard mask", "[2, 2]");
  }

  /** The masks of the first layer at each step at which they changed. */
  private static List<Mask> history(Toy toy, Schedule schedule, Structure structure) {
    List<Mask> history = new ArrayList<>();
    TrainingListener look =
        new TrainingListener() {
          @Override
          public void afterStep(Trainer trainer, StepEvent event) {
            Parameter weight = trainer.model().namedParameters().get("1.weight");
            Mask mask = weight.mask() == null ? Mask.nonZeros(weight.tensor()) : weight.mask();
            if (history.isEmpty() || !history.getLast().equals(mask)) {
              history.add(mask);
            }
          }
        };
    Module module = toy.run(method(structure, schedule), 0.25, run -> run.withListener(look));
    Parameter weight = module.namedParameters().get("1.weight");
    assertThat(weight.maskMode()).isEqualTo(MaskMode.HARD);
    assertThat(weight.mask().violations(weight.tensor())).isZero();
    assertThat(weight.denseGradient()).isFalse();
    assertThat(toy.accuracy(module)).isGreaterThan(0.8);
    return history;
  }

  private static boolean someCameBack(List<Mask> history) {
    for (int i = 1; i < history.size(); i++) {
      if (history.get(i).andNot(history.get(i - 1)).kept() > 0) {
        return true;
      }
    }
    return false;
  }

  @Test
  void hiddenWeightsComeBackDuringTraining() {
    var cubic = new Cubic(0.1, 0.7, 5);
    assertThat(
            someCameBack(
                history(new Toy(), new Soft(cubic, Masking.HIDDEN), new ElementStructure())))
        .isTrue();
    assertThat(someCameBack(history(new Toy(), cubic, new ElementStructure()))).isFalse();
  }

  @Test
  void zeroedFiltersComeBackDuringTraining() {
    var soft = new Soft(new Constant(0.1, 0.8, 6), Masking.ZEROED);
    assertThat(someCameBack(history(new Toy(), soft, new FilterStructure()))).isTrue();
  }
}
