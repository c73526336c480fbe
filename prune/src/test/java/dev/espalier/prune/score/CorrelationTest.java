package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Correlation, CorrelationSums, StochasticRanks. */
class CorrelationTest {
  private static final int ROWS = 12;

  private static ScoringContext.Sample data(int... dims) {
    long[] labels = new long[ROWS];
    Arrays.setAll(labels, i -> i % 2);
    return Scoring.labelled(Scoring.normal(3, dims), new CrossEntropy(), labels);
  }

  /** Means first, then deviations from them. */
  private static double twoPass(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElseThrow();
    double meanB = Arrays.stream(b).average().orElseThrow();
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int n = 0; n < a.length; n++) {
      ab += (a[n] - meanA) * (b[n] - meanB);
      aa += (a[n] - meanA) * (a[n] - meanA);
      bb += (b[n] - meanB) * (b[n] - meanB);
    }
    return aa == 0 || bb == 0 ? 0 : ab / Math.sqrt(aa * bb);
  }

  @Test
  void aLinearLayersCorrelationIsThatOfInputsWithWhatIsBehindTheRelu() {
    var generator = new Generator(1);
    Module module =
        Scoring.random(
            new Sequential(new Linear(3, 4, generator), new ReLU(), new Linear(4, 2, generator)),
            2);
    ScoringContext.Sample data = data(ROWS, 3);
    for (int n = 0; n < ROWS; n++) {
      data.inputs().set(-0.4242, n, 1); // a constant input
    }
    double[] r = Scoring.scores(Correlation.ranked(), module, data, "0.weight");
    Tensor w = module.namedParameters().get("0.weight").tensor();
    Tensor bias = module.namedParameters().get("0.bias").tensor();
    for (int i = 0; i < 4; i++) {
      double[] a = new double[ROWS];
      for (int n = 0; n < ROWS; n++) {
        double sum = bias.get(i);
        for (int k = 0; k < 3; k++) {
          sum += w.get(i, k) * data.inputs().get(n, k);
        }
        a[n] = Math.max(0, sum);
      }
      for (int k = 0; k < 3; k++) {
        int input = k;
        double[] b =
            IntStream.range(0, ROWS).mapToDouble(n -> data.inputs().get(n, input)).toArray();
        double expected = k == 1 ? 0 : Math.abs(twoPass(a, b));
        assertThat(r[3 * i + k]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aConvolutionsIsTheMeanMagnitudeOverPositions(int groups) {
    var spec = ConvSpec.of(2, 1).withGroups(groups);
    Module module = Scoring.random(new Conv2d(2, 2, 3, spec, new Generator(1)), 2);
    ScoringContext.Sample data = data(ROWS, 2, 5, 5);
    double[] r = Scoring.scores(Correlation.ranked(), module, data, "weight");
    double[] y = Scoring.outputs(module, data.inputs());
    int fan = 2 / groups;
    for (int o = 0; o < 2; o++) {
      for (int k = 0; k < fan * 9; k++) {
        int channel = (groups == 1 ? 0 : o) + k / 9;
        double sum = 0;
        for (int p = 0; p < 9; p++) {
          double[] a = new double[ROWS];
          double[] b = new double[ROWS];
          int top = p / 3 * 2 - 1 + k % 9 / 3;
          int left = p % 3 * 2 - 1 + k % 3;
          for (int n = 0; n < ROWS; n++) {
            a[n] = y[(n * 2 + o) * 9 + p];
            boolean inside = top >= 0 && left >= 0 && top < 5 && left < 5;
            b[n] = inside ? data.inputs().get(n, channel, top, left) : 0;
          }
          sum += Math.abs(twoPass(a, b));
        }
        assertThat(r[o * fan * 9 + k]).isCloseTo(sum / 9, within(1e-5));
      }
    }
  }

  /** 8 positive, 4 negative, 1 uncorrelated and 1 dead connection of one neuron, S = 1/2. */
  @Test
  void theLargestShareIsTheSourcesDraw() {
    double[] r = {.9, .8, .7, .6, .5, .4, .3, .2, -.9, -.8, -.7, -.6, 0, .95};
    Mask alive = Mask.of(Shape.of(1, 14), i -> i != 13);
    double[] scores = new StochasticRanks(0.75, new Generator(1)).of(r, 1, alive);
    int[] kept = IntStream.range(0, 13).filter(i -> scores[i] >= -0.5).toArray();
    assertThat(Arrays.stream(kept).filter(i -> i < 4)).hasSize(3);
    assertThat(Arrays.stream(kept).filter(i -> i >= 4 && i < 8)).hasSize(1);
    assertThat(Arrays.stream(kept).filter(i -> i >= 8 && i < 10)).hasSize(1);
    assertThat(Arrays.stream(kept).filter(i -> i >= 10)).isEmpty();
    assertThat(scores[12]).isLessThan(-1000);
    double[] again = new StochasticRanks(0.75, new Generator(1)).of(r, 1, alive);
    assertThat(again).containsExactly(scores);
    assertThat(new StochasticRanks(0.75, new Generator(2)).of(r, 1, alive)).isNotEqualTo(scores);
  }

  @Test
  void lambdaIsAShare() {
    for (double lambda : new double[] {0, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new Correlation(lambda, 4))
          .hasMessageContainingAll("(0, 1]", Double.toString(lambda));
    }
  }
}
