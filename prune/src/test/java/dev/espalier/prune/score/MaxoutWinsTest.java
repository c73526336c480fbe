package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Maxout;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Score;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** MaxoutWins, and the layer it is for. */
class MaxoutWinsTest {
  private final Maxout layer = new Maxout(1, 2, 3, new Generator(1));
  private final Module module = new Sequential(layer, new Linear(2, 2, new Generator(2)));

  // unit 0: x, -x, 0.1; unit 1: x, 2 x, -1
  private final ScoringContext.Sample sample =
      Scoring.labelled(Tensor.of(Shape.of(4, 1), 1f, 2f, 3f, -1f), new CrossEntropy(), 0, 1, 0, 1);

  MaxoutWinsTest() {
    layer.linear().weight().tensor().copyFrom(Tensor.of(Shape.of(6, 1), 1f, -1f, 0f, 1f, 2f, 0f));
    layer.linear().bias().tensor().copyFrom(Tensor.of(Shape.of(6), 0f, 0f, 0.1f, 0f, 0f, -1f));
  }

  @Test
  void unitsAreTheLargestOfTheirNeurons() {
    assertThat(Nets.outputs(layer, sample.inputs()).toFloatArray())
        .containsExactly(1, 2, 2, 4, 3, 6, 1, -1);
  }

  /** At x = -1 unit 1 has -1, -2, -1: the first of equal ones wins. */
  @Test
  void winsAreCountedPerNeuron() {
    assertThat(Scoring.scores(new MaxoutWins(), module, sample, "0.linear.weight"))
        .containsExactly(0.75, 0.25, 0, 0.25, 0.75, 0);
  }

  @Test
  void theWeakestNeuronOfEachUnitGoes() {
    Score wins = new MaxoutWins().scores(Scoring.context(module, sample.inputs(), sample));
    float[] before = Nets.outputs(layer, sample.inputs()).toFloatArray();
    MaxoutWins.removeWeakest(module, wins);
    assertThat(layer.pieces()).isEqualTo(2);
    assertThat(layer.linear().weight().tensor().toDoubleArray()).containsExactly(1, -1, 1, 2);
    assertThat(layer.linear().bias().shape()).isEqualTo(Shape.of(4));
    assertThat(Nets.outputs(layer, sample.inputs()).toFloatArray()).containsExactly(before);
    layer.removeFromEachUnit(new int[] {1, 0});
    assertThat(Nets.outputs(layer, sample.inputs()).toFloatArray())
        .as("a last neuron is rectified")
        .containsExactly(1, 2, 2, 4, 3, 6, 0, 0);
    assertThatThrownBy(() -> layer.removeFromEachUnit(new int[] {0, 0}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aModelWithoutMaxoutIsRefused() {
    Module plain = new Linear(1, 2, new Generator(1));
    assertThatThrownBy(() -> Scoring.scores(new MaxoutWins(), plain, sample, "weight"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'maxout-wins'", "no Maxout layer");
  }
}
