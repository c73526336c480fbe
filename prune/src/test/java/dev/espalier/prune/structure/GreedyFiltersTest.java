package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.prune.Method;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.Structure;
import dev.espalier.prune.schedule.TwoSlope;
import dev.espalier.prune.score.ActivationMean;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Li et al. count filters independently or greedily. */
final class GreedyFiltersTest {
  private static final Structure GREEDY = new FilterStructure(true);

  /** Of the first layer's neurons the one of norm 1 goes, and column 0 of the second with it. */
  private final Linear first = Nets.linear(1, 2, 1, 2);

  /** Norms 6 and 2; without column 0 they are 1 and 2. */
  private final Linear second = Nets.linear(2, 2, 5, 1, 0, 2);

  private final Linear last = Nets.linear(2, 1, 1, 1);
  private final Module module = new Sequential(first, new ReLU(), second, new ReLU(), last);
  private final Tensor x = Tensor.of(Shape.of(2, 1), 1f, 2f);

  private Pruner pruner(Structure structure, Scorer scorer) {
    Method method = Nets.method(structure, scorer, RankingScope.LOCAL);
    return new Pruner(module, method, x, new Generator(1))
        .withData(ScoringContext.Sample.withoutMeaning(x));
  }

  @Test
  void independentCountingKeepsWhatIsLargeWithAllItsKernels() {
    pruner(new FilterStructure(), new Magnitude()).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, 2);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(0, 1, 0, 0);
  }

  @Test
  void greedyCountingLeavesOutTheKernelsOverMapsJustPruned() {
    pruner(GREEDY, new Magnitude()).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, 2);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(0, 0, 0, 2);
    assertThat(last.weight().tensor().toDoubleArray()).containsExactly(0, 1);
  }

  /** 8 of 8 + 2 … weights: two neurons of 2 + 2 + 1 go. */
  @Test
  void ratiosAreReachedGreedilyToo() {
    pruner(GREEDY, new Magnitude()).pruneToRatio(8.0 / 3);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(0, 0, 0, 2);
  }

  @Test
  void aLayerThatIsProtectedOrNotYetOpenKeepsItsMapsInTheSums() {
    pruner(GREEDY, new Magnitude()).protecting(List.of("0")).pruneToDensity(0.5);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(5, 1, 0, 0);
    second.weight().clearMask();
    second.weight().tensor().copyFrom(Tensor.of(Shape.of(2, 2), 5f, 1f, 0f, 2f));
    last.weight().clearMask();
    pruner(GREEDY, new Magnitude()).pruneToDensity(0.5, layer -> layer == 1);
    assertThat(second.weight().tensor().toDoubleArray()).containsExactly(5, 1, 0, 0);
  }

  @Test
  void whatHasNoOrderIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Nets.method(GREEDY, new Magnitude(), RankingScope.GLOBAL))
        .withMessageContainingAll("'filter-greedy' chooses layer by layer", "local");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pruner(GREEDY, new ActivationMean()).pruneToDensity(0.5))
        .withMessageContainingAll("'filter-greedy'", "'activation-mean' ranks whole channels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pruner(GREEDY, new Magnitude()).pruneBelow(Map.of("0", 1.5)))
        .withMessageContaining("'filter-greedy'");
    Method local = Nets.method(GREEDY, new Magnitude(), RankingScope.LOCAL);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Method(
                    "test",
                    "",
                    GREEDY,
                    local.scorer(),
                    local.scope(),
                    new TwoSlope(),
                    local.fineTune(),
                    local.floors()))
        .withMessageContainingAll("'filter-greedy'", "'two-slope'");
  }
}
