package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter.MaskMode;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.MeanSquaredError;
import dev.espalier.prune.Nets;
import dev.espalier.prune.Pruner;
import dev.espalier.prune.RankingScope;
import dev.espalier.prune.ScoringContext;
import dev.espalier.prune.structure.ElementStructure;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** SquaredMagnitude, StandardisedMagnitude, Snip, TaylorWeight. */
class MagnitudesTest {
  private final Linear layer = Nets.linear(2, 2, 1, -2, 3, 0);
  private final Tensor example = Nets.inputs(Shape.of(2), 1);
  private final ScoringContext.Sample sample =
      new ScoringContext.Sample(
          Tensor.of(Shape.of(1, 2), 1f, 10f),
          Tensor.of(Shape.of(1, 2), -20f, 2f),
          new MeanSquaredError());

  @Test
  void squaresAddUpToTheSquaredNorm() {
    assertThat(Scoring.scores(new SquaredMagnitude(), layer, example, null, "weight"))
        .containsExactly(1, 4, 9, 0);
  }

  /** mean 0.5, mean of squares 14 / 4, so σ² = 3.5 - 0.25 = 3.25. */
  @Test
  void magnitudesInStandardDeviations() {
    double sigma = Math.sqrt(3.25);
    double[] scores = Scoring.scores(new StandardisedMagnitude(), layer, example, null, "weight");
    assertThat(scores)
        .containsExactly(new double[] {1 / sigma, 2 / sigma, 3 / sigma, 0}, within(1e-6));
  }

  /** Without the masked 0: mean 2/3, mean of squares 14/3, σ² = 14/3 - 4/9 = 38/9. */
  @Test
  void maskedWeightsDoNotCountInTheDeviation() {
    layer.weight().setMask(Mask.of(Shape.of(2, 2), true, true, true, false), MaskMode.HARD);
    double[] scores = Scoring.scores(new StandardisedMagnitude(), layer, example, null, "weight");
    assertThat(scores[2]).isCloseTo(3 / Math.sqrt(38.0 / 9), within(1e-6));
  }

  @Test
  void qualityParametersAreThresholdsInDeviations() {
    Module module = new Sequential(layer, Nets.linear(2, 2, 10, -40, 0.5f, 20));
    var method =
        Nets.method(new ElementStructure(), new StandardisedMagnitude(), RankingScope.LOCAL);
    var pruner = new Pruner(module, method, example, new Generator(7));
    pruner.pruneBelow(Map.of("0", 1.0)); // 1.0 σ = 1.80
    assertThat(layer.weight().tensor().toDoubleArray()).containsExactly(0, -2, 3, 0);
    assertThat(module.namedParameters().get("1.weight").mask()).isNull();
    pruner.pruneBelow(Map.of("1.weight", 9.0));
    assertThat(module.namedParameters().get("1.weight").mask().kept()).isEqualTo(1);
    assertThatThrownBy(() -> pruner.pruneBelow(Map.of("2", 1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("layer '2'", "known are 0, 1");
  }

  /** w ∂L/∂w is (1, -20, 3, 0), see ScorerTest; the magnitudes add up to 24. */
  @Test
  void connectionSensitivityAddsUpToOne() {
    assertThat(Scoring.scores(new Snip(), layer, sample, "weight"))
        .containsExactly(new double[] {1.0 / 24, 20.0 / 24, 3.0 / 24, 0}, within(1e-7));
  }

  @Test
  void sensitivityOfNothingIsRefused() {
    layer.weight().tensor().fill(0);
    assertThatThrownBy(() -> Scoring.scores(new Snip(), layer, sample, "weight"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("'snip'", "zero at every weight");
  }

  @Test
  void taylorOnWeightsIsTheSquaredProduct() {
    assertThat(Scoring.scores(new TaylorWeight(), layer, sample, "weight"))
        .containsExactly(1, 400, 9, 0);
  }

  @Test
  void aFrozenWeightIsRefusedWhereGradientsAreNeeded() {
    layer.weight().setFrozen(true);
    assertThatThrownBy(() -> Scoring.scores(new Snip(), layer, sample, "weight"))
        .hasMessageContainingAll("'snip'", "'weight' is frozen");
  }
}
