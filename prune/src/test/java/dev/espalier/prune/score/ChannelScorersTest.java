package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.BatchNorm1d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.GlobalAvgPool2d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.MeanSquaredError;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.prune.structure.FilterStructure;
import dev.espalier.prune.surgery.ChannelSpace;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * TaylorActivation, Apoz, ActivationMean, ActivationVariance, BatchNormScale, GradCam, Cam,
 * ClassActivationEntropy, ChannelTrace.
 */
class ChannelScorersTest {
  // z = relu(x): (1, 2) and (0, 4)
  private final Tensor inputs = Tensor.of(Shape.of(2, 2), 1f, 2f, -1f, 4f);
  private final Linear first = Nets.linear(2, 2, 1, 0, 0, 1);
  private final Module one = new Sequential(first, new ReLU(), Nets.linear(2, 1, 2, -3));
  private final Module two = new Sequential(first, new ReLU(), Nets.linear(2, 2, 1, 2, 3, -1));
  // y = (-4, -12), so the errors are 1 and 0
  private final ScoringContext.Sample squared =
      new ScoringContext.Sample(
          inputs, Tensor.of(Shape.of(2, 1), -5f, -12f), new MeanSquaredError());
  private final ScoringContext.Sample labels = Scoring.labelled(inputs, new CrossEntropy(), 0, 1);

  private double[] scores(Scorer scorer, Module module, ScoringContext.Sample data) {
    return Scoring.scores(scorer, module, data, "0.weight");
  }

  /** z ∂C/∂z is (1 · 2 · 2, 2 · 2 · -3) for the first example and 0 for the second: Θ = (2, 6). */
  @Test
  void taylorIsTheMeanChangeNormalisedInItsLayer() {
    double norm = Math.sqrt(4 + 36);
    assertThat(scores(new TaylorActivation(), one, squared))
        .containsExactly(new double[] {2 / norm, 6 / norm}, within(1e-7));
  }

  /** A channel is half of the 4 + 2 multiply-accumulates, 6e-6 MFLOP. */
  @Test
  void taylorMayChargeForArithmetic() {
    double norm = Math.sqrt(40);
    assertThat(scores(new TaylorActivation(1e5), one, squared))
        .containsExactly(new double[] {2 / norm - 0.6, 6 / norm - 0.6}, within(1e-6));
    assertThatThrownBy(() -> new TaylorActivation(-1)).hasMessageContaining("-1");
  }

  /** The spatial mean stands inside the absolute value, the mean over examples outside. */
  @Test
  void taylorAveragesPixelsBeforeTheAbsoluteValue() {
    // one channel, two pixels; y = mean of z; C = y - 0 per example by the target's square
    var conv = new Conv2d(1, 2, 1, 1, ConvSpec.of(1, 0), false, new Generator(1));
    conv.weight().tensor().copyFrom(Tensor.of(Shape.of(2, 1, 1, 1), 1f, 1f));
    Module module = new Sequential(conv, new Flatten(), Nets.linear(4, 1, 1, -1, 2, 2));
    Tensor x = Tensor.of(Shape.of(1, 1, 1, 2), 3f, 1f);
    // y = 3 - 1 + 6 + 2 = 10, dC/dy = 2 (10 - 9) = 2: changes (3·2 - 1·2)/2 and (3·4 + 1·4)/2
    var data = new ScoringContext.Sample(x, Tensor.of(Shape.of(1, 1), 9f), new MeanSquaredError());
    double norm = Math.sqrt(4 + 64);
    assertThat(scores(new TaylorActivation(), module, data))
        .containsExactly(new double[] {2 / norm, 8 / norm}, within(1e-6));
  }

  @Test
  void shareOfNonZeros() {
    assertThat(scores(new Apoz(), one, squared)).containsExactly(0.5, 1);
  }

  @Test
  void channelsWithoutAReluHaveNoZerosToCount() {
    Module module = new Sequential(first, Nets.linear(2, 1, 2, -3));
    assertThatThrownBy(() -> scores(new Apoz(), module, squared))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'apoz'", "'0.weight'", "do not end in a ReLU");
  }

  @Test
  void meanAndVarianceOfActivations() {
    assertThat(scores(new ActivationMean(), one, squared)).containsExactly(0.5, 3);
    assertThat(scores(new ActivationVariance(), one, squared)).containsExactly(0.25, 1);
  }

  /** Label scores move by (1, 2) at z = (1, 2), and by (3, -1) at (0, 4), which is cut off. */
  @Test
  void gradCamIsTheClassScoresShare() {
    assertThat(scores(new GradCam(), two, labels)).containsExactly(0.5, 2);
  }

  @Test
  void gradCamNeedsLabels() {
    assertThatThrownBy(() -> scores(new GradCam(), one, squared))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'grad-cam'", "int64");
  }

  private static Module averaging() {
    var generator = new Generator(1);
    return Scoring.random(
        new Sequential(
            new Conv2d(2, 4, 3, ConvSpec.of(1, 1), generator),
            new ReLU(),
            new GlobalAvgPool2d(),
            new Flatten(),
            new Linear(4, 3, generator)),
        2);
  }

  @Test
  void gradCamsWeightsAreTheClassifiersOverThePixels() {
    Module module = averaging();
    var data = Scoring.labelled(Scoring.normal(3, 5, 2, 6, 6), new CrossEntropy(), 0, 1, 2, 1, 0);
    ScoringContext context = Scoring.context(module, data.inputs(), data);
    Tensor w = module.namedParameters().get("4.weight").tensor();
    List<ChannelSpace> spaces = context.spaces();
    context.forEachTrace(
        "test",
        spaces,
        (trace, labels) -> {
          assertThat(trace.activations()).hasSize(1);
          Tensor alpha = GradCam.weights(trace, labels).getFirst();
          for (int n = 0; n < 5; n++) {
            for (int k = 0; k < 4; k++) {
              assertThat(alpha.get(n, k))
                  .isCloseTo(w.get((int) labels.get(n), k) / 36, within(1e-12));
            }
          }
        });
  }

  /** Σ_m A / M w = α Σ_m A, so the two agree where the classifier's weights are positive. */
  @Test
  void camIsGradCamForAveragedMapsAndPositiveWeights() {
    Module module = averaging();
    Tensor w = module.namedParameters().get("4.weight").tensor();
    w.copyFrom(Elementwise.abs(w));
    var data = Scoring.labelled(Scoring.normal(3, 5, 2, 6, 6), new CrossEntropy(), 0, 1, 2, 1, 0);
    assertThat(scores(new Cam(), module, data))
        .containsExactly(scores(new GradCam(), module, data), within(1e-12));
  }

  @Test
  void camWithoutAveragingIsRefused() {
    assertThatThrownBy(() -> scores(new Cam(), two, labels))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'cam'", "global average pooling", "'grad-cam'");
  }

  /** Means per class are (1, 0) and (2, 4). */
  @Test
  void aChannelOfOneClassHasNoEntropy() {
    double h = -(Math.log(1.0 / 3) / 3 + 2 * Math.log(2.0 / 3) / 3);
    assertThat(scores(new ClassActivationEntropy(), two, labels))
        .containsExactly(new double[] {Math.log(2), Math.log(2) - h}, within(1e-12));
  }

  @Test
  void scalesOfNormalisation() {
    var norm = new BatchNorm1d(2);
    norm.weight().tensor().copyFrom(Tensor.of(Shape.of(2), -2f, 0.5f));
    Module module = new Sequential(first, norm, new ReLU(), Nets.linear(2, 1, 2, -3));
    assertThat(scores(new BatchNormScale(), module, squared)).containsExactly(2, 0.5);
  }

  @Test
  void aLayerThatGotNoScoreIsNamed() {
    var method = Nets.method(new FilterStructure(), new BatchNormScale(), RankingScope.LOCAL);
    var pruner = new Pruner(one, method, inputs, new Generator(7));
    assertThatThrownBy(() -> pruner.pruneToDensity(0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'bn-scale'", "'0.weight'", "protect");
  }

  @Test
  void structuresFinerThanAChannelRefuseScoresOfChannels() {
    var method = Nets.method(new ElementStructure(), new Apoz(), RankingScope.LOCAL);
    var pruner = new Pruner(one, method, inputs, new Generator(7)).withData(squared);
    assertThatThrownBy(() -> pruner.pruneToDensity(0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("'apoz'", "whole channels", "'element'", "'0.weight'");
  }

  @Test
  void filtersFollowScoresOfChannels() {
    var method = Nets.method(new FilterStructure(), new GradCam(), RankingScope.LOCAL);
    new Pruner(two, method, inputs, new Generator(7)).withData(labels).pruneToDensity(0.5);
    assertThat(first.weight().tensor().toDoubleArray()).containsExactly(0, 0, 0, 1);
  }

  /** APoZ above mean + 1 deviation: scores (1, 1, 1, 0.1) have mean 0.775 and σ 0.39. */
  @Test
  void outliersAreMoreThanADeviationBelowTheMean() {
    Linear wide = Nets.linear(1, 4, 1, 1, 1, -1);
    Module module = new Sequential(wide, new ReLU(), Nets.linear(4, 1, 1, 1, 1, 1));
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, -1};
    var data =
        new ScoringContext.Sample(
            Tensor.of(Shape.of(10, 1), x),
            Tensor.of(Shape.of(10, 1), new float[10]),
            new MeanSquaredError());
    var method = Nets.method(new FilterStructure(), new Apoz(), RankingScope.LOCAL);
    var pruner = new Pruner(module, method, data.inputs(), new Generator(7)).withData(data);
    pruner.pruneOutliers(1);
    assertThat(wide.weight().tensor().toDoubleArray()).containsExactly(1, 1, 1, 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lenet-5", "vgg-tiny", "resnet-8"})
  void everyPrunableSpaceOfTheZooHasActivations(String name) {
    Module module = Nets.zoo(name);
    Tensor x = Nets.inputs(name, 4);
    var data = Scoring.labelled(x, new CrossEntropy(), 0, 1, 2, 3);
    var context = Scoring.context(module, x, data);
    assertThat(context.spaces()).isNotEmpty();
    List<String> weights = context.spaces().stream().flatMap(s -> s.weights().stream()).toList();
    for (Scorer scorer : List.of(new TaylorActivation(), new GradCam(), new ActivationVariance())) {
      var scores = scorer.scores(context).byWeight();
      assertThat(scores.keySet()).as(scorer.name()).containsExactlyInAnyOrderElementsOf(weights);
      scores.values().forEach(s -> assertThat(s.toDoubleArray()).doesNotContain(Double.NaN));
    }
  }
}
