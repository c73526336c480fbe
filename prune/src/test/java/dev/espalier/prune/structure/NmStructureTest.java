package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.GroupSet;
import dev.espalier.prune.Method;
import dev.espalier.prune.Methods;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.Granularity.NOfM;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NmStructureTest {
  private static final NOfM OWN = new NOfM(2, 4);
  private static final NOfM SHARED = new NOfM(2, 4, 2);

  private final Linear first = Nets.linear(4, 2, 1, -4, 2, 3, 9, 0, 1, 5);
  private final Linear second = Nets.linear(2, 1, 1, 2);
  private final Module module = new Sequential(first, second);

  private static Pruner pruner(Module module, NOfM granularity, RankingScope scope) {
    Method method = Nets.method(new NmStructure(granularity), new Magnitude(), scope);
    return new Pruner(module, method, Nets.inputs(Shape.of(4), 1), new Generator(7));
  }

  static List<RankingScope> scopes() {
    return RankingScope.PLAIN;
  }

  @ParameterizedTest
  @MethodSource("scopes")
  void theLargestTwoOfEveryFourStay(RankingScope scope) {
    pruner(module, OWN, scope).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, -4, 0, 3, 9, 0, 0, 5);
    assertThat(first.weight().mask().granularity()).isEqualTo(OWN);
    assertThat(second.weight().mask()).as("two columns are no group of four").isNull();
  }

  @Test
  void rowsOfOnePatternKeepWhatIsLargestInSum() {
    // |columns| add up to 10, 4, 3, 8
    pruner(module, SHARED, RankingScope.LOCAL).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(1, 0, 0, 3, 9, 0, 0, 5);
    assertThat(first.weight().mask().granularity()).isEqualTo(SHARED);
  }

  @Test
  void whatIsPrunedAlreadyStaysSoAndCountsAsWeakest() {
    first.weight().setMask(Mask.of(Shape.of(2, 4), i -> i != 1 && i > 0 && i < 4), MaskMode.HARD);
    pruner(module, OWN, RankingScope.LOCAL).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, 0, 2, 3, 0, 0, 0, 0);
  }

  @Test
  void anotherRatioOrDensityIsRefused() {
    Pruner pruner = pruner(module, OWN, RankingScope.LOCAL);
    assertThatThrownBy(() -> pruner.pruneToRatio(3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "compression ratio 3.0: method 'test' reaches 1.67 here and nothing else; ask for"
                + " that");
    assertThatThrownBy(() -> pruner.pruneToDensity(0.4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("keeps 0.5 of the weights");
    assertThat(first.weight().mask()).isNull();
    pruner.pruneToRatio(1.7);
    assertThat(Nets.kept(module)).isEqualTo(6);
  }

  @Test
  void everyGroupOfANetworkHoldsExactlyTwo() {
    for (String name : new String[] {"nm-2:4", "nm-2:4x4"}) {
      Module network = Nets.zoo("lenet-300-100");
      Method method = Methods.get(name);
      new Pruner(network, method, Nets.inputs("lenet-300-100", 1), new Generator(7))
          .pruneToRatio(2);
      var granularity = ((NmStructure) method.structure()).granularity();
      for (String layer : new String[] {"fc1.weight", "fc2.weight"}) {
        Mask mask = network.namedParameters().get(layer).mask();
        assertThat(mask.granularity()).isEqualTo(granularity);
        assertThat(mask.perGroupCounts()).containsOnly(2 * granularity.rows());
      }
      assertThat(network.namedParameters().get("fc3.weight").mask()).isNull();
      double achieved = (double) Nets.parameters(network) / Nets.kept(network);
      assertThat(achieved).isCloseTo(2, within(0.02));
    }
  }

  @Test
  void aModelWithoutSuchGroupsIsRefusedWithTheReasons() {
    assertThatThrownBy(() -> new NmStructure(OWN).groups(second, Nets.inputs(Shape.of(2), 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("nm-2:4 pruning", "weight: granularity 2:4", "not divisible");
  }

  @Test
  void theGroupsAreTheElements() {
    GroupSet set = new NmStructure(OWN).groups(module, Nets.inputs(Shape.of(4), 1)).getFirst();
    assertThat(set.count()).isEqualTo(8);
    assertThat(set.name()).isEqualTo("0.weight");
    assertThat(set.alive().kept()).isEqualTo(8);
  }
}
