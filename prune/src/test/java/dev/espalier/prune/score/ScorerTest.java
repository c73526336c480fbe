package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Dropout;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.MeanSquaredError;
import dev.espalier.prune.Nets;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Scorer;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.ScoringListener;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Magnitude, GradientTimesWeight, RandomScore. */
class ScorerTest {
  private final Linear layer = Nets.linear(2, 2, 1, -2, 3, 0);
  private final ScoringContext.Sample sample =
      new ScoringContext.Sample(
          Tensor.of(Shape.of(1, 2), 1f, 10f),
          Tensor.of(Shape.of(1, 2), -20f, 2f),
          new MeanSquaredError());

  private static ScoringContext context(Module module, ScoringContext.Sample sample) {
    return new ScoringContext(
        module,
        PrunableWeight.of(module),
        Nets.inputs(Shape.of(2), 1),
        sample,
        ScoringListener.NONE,
        new Generator(5));
  }

  private static double[] scores(Scorer scorer, Module module, ScoringContext.Sample sample) {
    Map<String, Tensor> scores = scorer.scores(context(module, sample)).byWeight();
    assertThat(scores.keySet())
        .containsExactlyElementsOf(PrunableWeight.of(module).stream().map(w -> w.name()).toList());
    return scores.values().iterator().next().toDoubleArray();
  }

  @Test
  void magnitudeIsTheAbsoluteWeight() {
    assertThat(scores(new Magnitude(), layer, null)).containsExactly(1, 2, 3, 0);
  }

  /** y = (-19, 3), so the error is (1, 1), dL/dy = 2 (1, 1) / 2 and dL/dw = (1, 10; 1, 10). */
  @Test
  void gradientTimesWeightIsTheAbsoluteProduct() {
    assertThat(scores(new GradientTimesWeight(), layer, sample)).containsExactly(1, 20, 3, 0);
  }

  @Test
  void gradientTimesWeightIsZeroWhereTheMaskIs() {
    layer.weight().setMask(Mask.of(Shape.of(2, 2), true, false, true, true), MaskMode.HARD);
    assertThat(scores(new GradientTimesWeight(), layer, sample)[1]).isZero();
  }

  @Test
  void gradientsAreTakenInEvaluationModeAndLeaveNoTrace() {
    var dropout = new Dropout(0.5, new Generator(6));
    Module module = new Sequential(dropout, layer);
    dropout.eval();
    assertThat(scores(new GradientTimesWeight(), module, sample)).containsExactly(1, 20, 3, 0);
    assertThat(module.training()).isTrue();
    assertThat(dropout.training()).isFalse();
    assertThat(layer.weight().grad()).isNull();
  }

  @Test
  void aScorerThatNeedsDataSaysSo() {
    assertThat(new GradientTimesWeight().needsData()).isTrue();
    assertThatThrownBy(() -> scores(new GradientTimesWeight(), layer, null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'gradient'", "sample of the training set");
  }

  @Test
  void randomScoresDependOnTheGeneratorOnly() {
    double[] first = scores(new RandomScore(), layer, null);
    layer.weight().tensor().fill(7);
    assertThat(scores(new RandomScore(), layer, null)).containsExactly(first);
    assertThat(first).doesNotHaveDuplicates();
    assertThat(Arrays.stream(first)).allMatch(s -> s >= 0 && s < 1);
  }
}
