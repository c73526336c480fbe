package dev.espalier.prune.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.AvgPool2d;
import dev.espalier.nn.layer.BatchNorm2d;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Flatten;
import dev.espalier.nn.layer.Linear;
import dev.espalier.nn.layer.MaxPool2d;
import dev.espalier.nn.layer.ReLU;
import dev.espalier.nn.layer.Residual;
import dev.espalier.nn.layer.Sequential;
import dev.espalier.nn.layer.Softmax;
import dev.espalier.nn.layer.Tanh;
import dev.espalier.nn.loss.CrossEntropy;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.loss.MeanSquaredError;
import dev.espalier.prune.Nets;
import dev.espalier.prune.ScoringContext;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OptimalBrainDamage, Curvature, HessianDiagonal, HessianVector, Grasp. */
class OptimalBrainDamageTest {
  private static final double STEP = 1e-5;

  private static Module net(boolean tanh) {
    var generator = new Generator(1);
    return Scoring.random(
        new Sequential(
            new Linear(5, 4, generator),
            tanh ? new Tanh() : new ReLU(),
            new Linear(4, 3, generator)),
        2);
  }

  private static ScoringContext.Sample squared(int rows) {
    return new ScoringContext.Sample(
        Scoring.normal(3, rows, 5), Scoring.normal(4, rows, 3), new MeanSquaredError());
  }

  private static ScoringContext.Sample classes() {
    return Scoring.labelled(Scoring.normal(3, 4, 5), new CrossEntropy(), 0, 1, 2, 1);
  }

  /**
   * {@code Σ_o (∂y_o/∂w_k)² h_o} with central differences of the outputs: the Gauss-Newton diagonal
   * for a loss whose curvature at the outputs is the diagonal h.
   */
  private static double[] gaussNewton(
      Module module, String weight, Tensor inputs, double[] atOutput) {
    Tensor w = module.namedParameters().get(weight).tensor();
    return Scoring.indices(w).stream()
        .mapToDouble(
            index -> {
              double was = w.get(index);
              w.set(was + STEP, index);
              double[] above = Scoring.outputs(module, inputs);
              w.set(was - STEP, index);
              double[] below = Scoring.outputs(module, inputs);
              w.set(was, index);
              double sum = 0;
              for (int o = 0; o < above.length; o++) {
                double slope = (above[o] - below[o]) / (2 * STEP);
                sum += slope * slope * atOutput[o];
              }
              return sum;
            })
        .toArray();
  }

  private static void assertSame(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], within(tolerance * Math.max(1e-2, Math.abs(expected[i]))));
    }
  }

  private static double[] diagonal(Module module, ScoringContext.Sample data, String weight) {
    return new OptimalBrainDamage()
        .diagonal(Scoring.context(module, data.inputs(), data))
        .get(weight)
        .toDoubleArray();
  }

  /** One linear neuron, y = 2 · 3 + 1 · 4 = 10: h = 2 x² / 1, s = ½ h w². */
  @Test
  void aLinearNeuronByHand() {
    var layer = Nets.linear(2, 1, 2, 1);
    var data =
        new ScoringContext.Sample(
            Tensor.of(Shape.of(1, 2), 3f, 4f),
            Tensor.of(Shape.of(1, 1), 7f),
            new MeanSquaredError());
    assertThat(diagonal(layer, data, "weight")).containsExactly(18, 32);
    assertThat(Scoring.scores(new OptimalBrainDamage(), layer, data, "weight"))
        .containsExactly(36, 16);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theRecursionIsTheGaussNewtonDiagonalOfASmallNet(boolean tanh) {
    Module module = net(tanh);
    ScoringContext.Sample data = squared(6);
    double[] atOutput = new double[18];
    Arrays.fill(atOutput, 2.0 / 18);
    for (String weight : new String[] {"0.weight", "2.weight"}) {
      assertSame(
          diagonal(module, data, weight),
          gaussNewton(module, weight, data.inputs(), atOutput),
          1e-4);
    }
  }

  @Test
  void softmaxCrossEntropyStartsWithPTimesOneMinusP() {
    Module module = net(true);
    ScoringContext.Sample data = classes();
    double[] logits = Scoring.outputs(module, data.inputs());
    double[] atOutput = new double[logits.length];
    for (int n = 0; n < 4; n++) {
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        sum += Math.exp(logits[3 * n + c]);
      }
      for (int c = 0; c < 3; c++) {
        double p = Math.exp(logits[3 * n + c]) / sum;
        atOutput[3 * n + c] = p * (1 - p) / 4;
      }
    }
    for (String weight : new String[] {"0.weight", "2.weight"}) {
      assertSame(
          diagonal(module, data, weight),
          gaussNewton(module, weight, data.inputs(), atOutput),
          1e-4);
    }
  }

  /** Paths that meet again share no output here, so that no off-diagonal term is dropped. */
  @Test
  void convolutionNormalisationPoolingAndAdditionFollowTheRule() {
    var generator = new Generator(1);
    var norm = new BatchNorm2d(2);
    Module module =
        Scoring.random(
            new Sequential(
                new Conv2d(1, 2, 1, ConvSpec.of(1, 0), generator),
                norm,
                new Tanh(),
                new AvgPool2d(2),
                new MaxPool2d(2),
                new Flatten()),
            6);
    norm.runningVariance().fill(2);
    Tensor inputs = Scoring.normal(7, 2, 1, 4, 4);
    var data = new ScoringContext.Sample(inputs, Scoring.normal(8, 2, 2), new MeanSquaredError());
    // every weight meets each pixel alone, but an average of four pixels has cross terms
    double[] h = diagonal(module, data, "0.weight");
    double[] expected = new double[2];
    double gain = 1 / Math.sqrt(2 + 1e-5);
    double[] w = module.namedParameters().get("0.weight").tensor().toDoubleArray();
    double[] b = module.namedParameters().get("0.bias").tensor().toDoubleArray();
    double[] gamma = norm.weight().tensor().toDoubleArray();
    double[] beta = norm.bias().tensor().toDoubleArray();
    for (int n = 0; n < 2; n++) {
      for (int o = 0; o < 2; o++) {
        double best = Double.NEGATIVE_INFINITY;
        double bestH = 0;
        for (int cell = 0; cell < 4; cell++) {
          double mean = 0;
          double curvature = 0;
          for (int tap = 0; tap < 4; tap++) {
            double x = inputs.get(n, 0, cell / 2 * 2 + tap / 2, cell % 2 * 2 + tap % 2);
            double y = Math.tanh(gamma[o] * gain * (w[o] * x + b[o]) + beta[o]);
            double slope = (1 - y * y) * gamma[o] * gain * x / 4;
            mean += y / 4;
            curvature += slope * slope;
          }
          bestH = mean > best ? curvature : bestH;
          best = Math.max(best, mean);
        }
        expected[o] += bestH * 2.0 / 4;
      }
    }
    assertSame(h, expected, 1e-9);
  }

  /** y = 3 (x + 5 x) with both branches counted alone: h(w3) = 2 (6 x)², h(w5) = 2 · 3² x². */
  @Test
  void anAdditionPassesCurvatureToBothSides() {
    Module module =
        new Sequential(
            Nets.linear(1, 1, 1), new Residual(Nets.linear(1, 1, 5), null), Nets.linear(1, 1, 3));
    var data =
        new ScoringContext.Sample(
            Tensor.of(Shape.of(1, 1), 2f), Tensor.of(Shape.of(1, 1), 0f), new MeanSquaredError());
    assertThat(diagonal(module, data, "2.weight")).containsExactly(2 * 12 * 12);
    assertThat(diagonal(module, data, "1.body.weight")).containsExactly(2 * 9 * 4);
    // the cross term of the two paths, 2 · 9 · 2 · 1 · 5 · 4, is dropped
    assertThat(diagonal(module, data, "0.weight")).containsExactly(2 * 9 * (25 + 1) * 4);
  }

  /** With f'' and squared error on one output the recursion is the Hessian of a 5-4-1 net. */
  @Test
  void theFullVariantIsTheHessianWhereNothingIsDropped() {
    var generator = new Generator(1);
    Module module =
        Scoring.random(
            new Sequential(new Linear(5, 4, generator), new Tanh(), new Linear(4, 1, generator)),
            2);
    var data =
        new ScoringContext.Sample(
            Scoring.normal(3, 6, 5), Scoring.normal(4, 6, 1), new MeanSquaredError());
    for (String weight : new String[] {"0.weight", "2.weight"}) {
      assertSame(
          Scoring.scores(new OptimalBrainDamage(false), module, data, weight),
          Scoring.scores(new HessianDiagonal(0), module, data, weight),
          1e-9);
    }
  }

  @Test
  void operationsAndLossesWithoutARuleAreRefusedByName() {
    Module module =
        Scoring.random(new Sequential(new Linear(5, 3, new Generator(1)), new Softmax()), 1);
    assertThatThrownBy(() -> diagonal(module, squared(2), "0.weight"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContainingAll("operation", "softmax", "hessian");
    Loss mean = (y, _) -> y.mean();
    var data = new ScoringContext.Sample(Scoring.normal(3, 2, 5), Scoring.normal(4, 2, 3), mean);
    assertThatThrownBy(() -> diagonal(net(true), data, "0.weight"))
        .hasMessageContaining("no second derivative is known of loss");
  }

  private static double[] gradient(Module module, ScoringContext.Sample data, String weight) {
    return Scoring.context(module, data.inputs(), data)
        .gradients("test")
        .get(weight)
        .toDoubleArray();
  }

  /** {@code (g(w + ε e_k)_k - g(w - ε e_k)_k) / 2 ε}. */
  @Test
  void theExactDiagonalIsTheDifferenceOfGradients() {
    Module module = net(true);
    ScoringContext.Sample data = classes();
    for (String weight : new String[] {"0.weight", "2.weight"}) {
      Tensor w = module.namedParameters().get(weight).tensor();
      double[] scores = Scoring.scores(new HessianDiagonal(0), module, data, weight);
      double[] expected = new double[scores.length];
      for (int k = 0; k < expected.length; k++) {
        int[] index = Scoring.indices(w).get(k);
        double was = w.get(index);
        w.set(was + STEP, index);
        double above = gradient(module, data, weight)[k];
        w.set(was - STEP, index);
        double below = gradient(module, data, weight)[k];
        w.set(was, index);
        expected[k] = 0.5 * (above - below) / (2 * STEP) * was * was;
      }
      assertSame(scores, expected, 1e-6);
    }
  }

  /** A diagonal Hessian is estimated without error by any signs. */
  @Test
  void randomProbesAreExactForADiagonalHessian() {
    Module module = Scoring.random(new Linear(2, 2, false, new Generator(1)), 9);
    var data =
        new ScoringContext.Sample(
            Tensor.of(Shape.of(2, 2), 2.0, 0.0, 0.0, 3.0),
            Tensor.of(Shape.of(2, 2), 0.0, 1.0, 2.0, 3.0),
            new MeanSquaredError());
    assertSame(
        Scoring.scores(new HessianDiagonal(2), module, data, "weight"),
        Scoring.scores(new HessianDiagonal(0), module, data, "weight"),
        1e-12);
    double w = module.namedParameters().get("weight").tensor().get(0, 0);
    assertThat(Scoring.scores(new HessianDiagonal(0), module, data, "weight")[0])
        .isCloseTo(0.5 * (2.0 / 4 * 4) * w * w, within(1e-12));
  }

  /** H g by differences of the gradient along g. */
  @Test
  void graspIsWeightTimesHessianTimesGradient() {
    Module module = net(true);
    ScoringContext.Sample data = classes();
    String[] names = {"0.weight", "2.weight"};
    double[][] g = {gradient(module, data, names[0]), gradient(module, data, names[1])};
    double[][] around = new double[4][];
    for (int side = 0; side < 2; side++) {
      double step = side == 0 ? STEP : -2 * STEP;
      for (int i = 0; i < 2; i++) {
        Tensor w = module.namedParameters().get(names[i]).tensor();
        for (int k = 0; k < g[i].length; k++) {
          int[] index = Scoring.indices(w).get(k);
          w.set(w.get(index) + step * g[i][k], index);
        }
      }
      around[2 * side] = gradient(module, data, names[0]);
      around[2 * side + 1] = gradient(module, data, names[1]);
    }
    for (int i = 0; i < 2; i++) {
      Tensor w = module.namedParameters().get(names[i]).tensor();
      for (int k = 0; k < g[i].length; k++) {
        int[] index = Scoring.indices(w).get(k);
        w.set(w.get(index) + STEP * g[i][k], index);
      }
    }
    for (int i = 0; i < 2; i++) {
      double[] scores = Scoring.scores(new Grasp(1), module, data, names[i]);
      double[] w = module.namedParameters().get(names[i]).tensor().toDoubleArray();
      double[] expected = new double[w.length];
      for (int k = 0; k < w.length; k++) {
        expected[k] = w[k] * (around[i][k] - around[2 + i][k]) / (2 * STEP);
      }
      assertSame(scores, expected, 1e-5);
    }
  }
}
