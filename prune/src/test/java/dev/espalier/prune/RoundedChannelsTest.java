package dev.espalier.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.schedule.OneShot;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.structure.NeuronStructure;
import dev.espalier.prune.surgery.Surgery;
import dev.espalier.prune.tune.Continue;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Method#roundingTo}: layers of 20 and 12 neurons, of which multiples of 8 or all stay. */
class RoundedChannelsTest {
  private static final Tensor EXAMPLE = Nets.inputs(Shape.of(6), 2);

  private static Module network() {
    var generator = new Generator(1);
    return new Sequential(
        new Linear(6, 20, generator),
        new ReLU(),
        new Linear(20, 12, generator),
        new ReLU(),
        new Linear(12, 3, generator));
  }

  private static Method method(Structure structure, RankingScope scope, Floors floors) {
    return new Method(
            "test", "", structure, new Magnitude(), scope, new OneShot(), new Continue(), floors)
        .protecting(List.of("4"))
        .roundingTo(8);
  }

  /** Neurons left in the two hidden layers, which surgery makes physical. */
  private static List<Integer> left(Method method, double density) {
    Module module = network();
    new Pruner(module, method, EXAMPLE, new Generator(2)).pruneToDensity(density);
    Surgery.shrink(module, EXAMPLE);
    return List.of(
        module.namedParameters().get("0.weight").shape().dim(0),
        module.namedParameters().get("2.weight").shape().dim(0));
  }

  /** 20 × 0.5 = 10 and 6 round to 8 both; 20 × 0.7 = 14 to 16; 1 to 8, never to none. */
  @Test
  void localNumbersAreRoundedToTheNearest() {
    Method method = method(new FilterStructure(), RankingScope.LOCAL, Floors.NONE);
    assertThat(left(method, 0.5)).containsExactly(8, 8);
    assertThat(left(method, 0.7)).containsExactly(16, 8);
    assertThat(left(method, 0.05)).containsExactly(8, 8);
    assertThat(left(method, 1)).containsExactly(20, 12);
    assertThat(left(method(new FilterStructure(true), RankingScope.LOCAL, Floors.NONE), 0.7))
        .containsExactly(16, 8);
  }

  @Test
  void globalNumbersAreRoundedToo() {
    for (Structure structure : List.of(new FilterStructure(), new NeuronStructure())) {
      for (double density = 0.05; density < 1; density += 0.05) {
        assertThat(left(method(structure, RankingScope.GLOBAL, Floors.NONE), density))
            .allMatch(count -> count % 8 == 0 || count == 20 || count == 12);
      }
    }
  }

  @Test
  void floorsAreRoundedUp() {
    Module module = network();
    var floors = new Floors(0, 0.5);
    Method method =
        new Method(
                "test",
                "",
                new NeuronStructure(),
                new Magnitude(),
                RankingScope.LOCAL,
                new OneShot(),
                new Continue(),
                floors)
            .roundingTo(8);
    var pruner = new Pruner(module, method, EXAMPLE, new Generator(2));
    pruner.pruneToDensity(0.3);
    assertThat(Nets.kept(module)).isPositive();
    assertThat(pruner.sets()).allMatch(set -> set.alive().kept() % 8 == 0 || set.count() < 8);
  }

  @Test
  void speedUpIsReachedByWholeMultiples() {
    Module module = network();
    Method method = method(new FilterStructure(), RankingScope.LOCAL, Floors.NONE);
    var pruner = new Pruner(module, method, EXAMPLE, new Generator(2));
    double whole = 6 * 20 + 20 * 12 + 12 * 3;
    double rounded = 6 * 16 + 16 * 8 + 8 * 3;
    pruner.pruneToDensity(new Goal.Speedup(1.6).density(pruner));
    assertThat(whole / pruner.remainingMacs()).isCloseTo(whole / rounded, within(1e-6));
  }

  @Test
  void whatDoesNotKeepWholeChannelsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> method(new ElementStructure(), RankingScope.LOCAL, Floors.NONE))
        .withMessageContaining("structure 'element' does not keep whole channels");
  }
}
