package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.compile.CompiledModel;
import dev.espalier.prune.compile.Compiler;
import dev.espalier.prune.score.Magnitude;
import dev.espalier.prune.score.MaxoutWins;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;

/** Neurons of maxout units: which go, and that those take no part. */
final class MaxoutStructureTest {
  // unit 0: x, -x, 0.1; unit 1: x, 2 x, -1
  private final Maxout layer = new Maxout(1, 2, 3, new Generator(1));
  private final Module module = new Sequential(layer, new Linear(2, 2, new Generator(2)));
  private final Tensor x = Tensor.of(Shape.of(4, 1), 1f, 2f, 3f, -1f);
  private final ScoringContext.Sample sample =
      new ScoringContext.Sample(x, Tensor.of(Shape.of(4), 0L, 1L, 0L, 1L), new CrossEntropy());

  MaxoutStructureTest() {
    layer.linear().weight().tensor().copyFrom(Tensor.of(Shape.of(6, 1), 1f, -1f, 0f, 1f, 2f, 0f));
    layer.linear().bias().tensor().copyFrom(Tensor.of(Shape.of(6), 0f, 0f, 0.1f, 0f, 0f, -1f));
  }

  private Pruner pruner(RankingScope scope) {
    var method = Nets.method(new MaxoutStructure(), new MaxoutWins(), scope);
    return new Pruner(module, method, x, new Generator(1)).withData(sample);
  }

  private boolean[] alive() {
    boolean[] alive = new boolean[6];
    Mask mask = layer.linear().weight().mask();
    for (int i = 0; i < alive.length; i++) {
      alive[i] = mask.get(i);
      assertThat(layer.linear().bias().mask().get(i)).isEqualTo(alive[i]);
    }
    return alive;
  }

  /** Wins are 3, 1, 0 and 1, 3, 0. */
  @Test
  void everyUnitLosesItsWeakestNeuronBeforeAnyLosesAnother() {
    pruner(RankingScope.LOCAL).pruneToDensity(2.0 / 3);
    assertThat(alive()).containsExactly(true, true, false, true, true, false);
    assertThat(Nets.outputs(layer, x).toFloatArray())
        .as("-1 of unit 1 is no longer a limit from below")
        .containsExactly(1, 2, 2, 4, 3, 6, 1, -1);
    pruner(RankingScope.LOCAL).pruneToDensity(0.5);
    assertThat(alive())
        .as("of equally few wins the later neuron goes")
        .containsExactly(true, true, false, false, true, false);
    pruner(RankingScope.GLOBAL).allowingEmptyLayers().pruneToDensity(0);
    assertThat(alive()).containsExactly(true, false, false, false, true, false);
  }

  @Test
  void aLastNeuronIsRectifiedAsIfTheOthersHadBeenRemoved() {
    pruner(RankingScope.LOCAL).pruneToDensity(1.0 / 3);
    float[] masked = Nets.outputs(layer, x).toFloatArray();
    assertThat(masked).containsExactly(1, 2, 2, 4, 3, 6, 0, 0);
    var removed = new Maxout(1, 2, 1, new Generator(1));
    removed.linear().weight().tensor().copyFrom(Tensor.of(Shape.of(2, 1), 1f, 2f));
    removed.linear().bias().tensor().fill(0);
    assertThat(Nets.outputs(removed, x).toFloatArray()).containsExactly(masked);
  }

  @Test
  void aMaskedNeuronGetsNoGradientAndCompiles() {
    pruner(RankingScope.LOCAL).pruneToDensity(2.0 / 3);
    module.forward(Variable.of(x)).sum().backward();
    double[] gradient = layer.linear().weight().grad().tensor().toDoubleArray();
    assertThat(gradient[2]).isZero();
    assertThat(gradient[5]).isZero();
    assertThat(gradient).doesNotContain(Double.NaN);
    try (CompiledModel compiled = Compiler.compile(module, x)) {
      Nets.assertClose(compiled.run(x), Nets.outputs(module, x), 1e-6);
    }
  }

  /** Pruning of single weights leaves biases alone, so that such a neuron is a constant. */
  @Test
  void aNeuronWithItsBiasTakesPart() {
    layer
        .linear()
        .weight()
        .setMask(Mask.of(Shape.of(6, 1), true, true, false, true, true, false), MaskMode.HARD);
    assertThat(Nets.outputs(layer, x).toFloatArray()).containsExactly(1, 2, 2, 4, 3, 6, 1, -1);
    layer.linear().bias().tensor().copyFrom(Tensor.of(Shape.of(6), 0f, 0f, 9f, 0f, 0f, 9f));
    assertThat(Nets.outputs(layer, x).toFloatArray()).containsOnly(9);
  }

  /** Norms of the rows and biases' absence: weights 1, 1, 0 and 1, 2, 0. */
  @Test
  void otherScoresRankNeuronsByTheirRows() {
    var method = Nets.method(new MaxoutStructure(), new Magnitude(), RankingScope.LOCAL);
    new Pruner(module, method, x, new Generator(1)).pruneToDensity(1.0 / 3);
    assertThat(alive()).containsExactly(true, false, false, false, true, false);
  }

  @Test
  void aModelWithoutMaxoutIsRefused() {
    Module plain = new Linear(1, 2, new Generator(1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MaxoutStructure().groups(plain, x))
        .withMessageContaining("no Maxout layer");
  }
}
