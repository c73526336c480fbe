package dev.espalier.autograd.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Given;
import dev.espalier.autograd.GradCheck;
import dev.espalier.autograd.Variable;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** BatchNorm, BatchNormInference, LayerNorm. */
class NormalizationTest {
  private static final double EPS = 1e-5;

  private static Variable trained(Variable x, Variable gamma, Variable beta) {
    Tensor mean = Tensor.of(Shape.of(x.dim(1)), new double[x.dim(1)]);
    return F.batchNorm(x, gamma, beta, mean, mean.copy(), true, 0.1, EPS);
  }

  @Test
  void trainingNormalisesByTheBatchAndMovesTheRunningStatistics() {
    Variable x = Given.leaf(Shape.of(2, 1), 1, 3);
    Tensor mean = Given.vector(10).tensor();
    Tensor variance = Given.vector(20).tensor();
    Variable y = F.batchNorm(x, Given.vector(2), Given.vector(5), mean, variance, true, 0.5, 0);
    assertThat(Given.values(y)).containsExactly(new double[] {3, 7}, within(1e-14));
    assertThat(mean.toDoubleArray()).containsExactly(0.5 * 10 + 0.5 * 2);
    assertThat(variance.toDoubleArray()).containsExactly(0.5 * 20 + 0.5 * 2); // unbiased: 2, not 1
  }

  private static Variable trainedRelu(Variable x, Variable gamma, Variable beta) {
    Tensor mean = Tensor.of(Shape.of(x.dim(1)), new double[x.dim(1)]);
    return F.batchNormRelu(x, gamma, beta, mean, mean.copy(), 0.1, EPS);
  }

  @Test
  void reluInTheSamePassesIsReluBehind() {
    Variable x = Given.uniform(21, -2, 2, 4, 3, 5);
    Variable gamma = Given.random(22, 3);
    Variable beta = Given.random(23, 3);
    Variable direction = Variable.of(Given.random(24, 4, 3, 5).tensor());
    Variable joined = trainedRelu(x, gamma, beta);
    Variable apart = trained(x, gamma, beta).relu();
    assertThat(Given.values(joined)).containsExactly(Given.values(apart));
    joined.mul(direction).sum().backward();
    double[][] gradients = {Given.values(x.grad()), Given.values(gamma.grad())};
    double[] betas = Given.values(beta.grad());
    for (Variable leaf : new Variable[] {x, gamma, beta}) {
      leaf.zeroGrad();
    }
    apart.mul(direction).sum().backward();
    assertThat(gradients[0]).containsExactly(Given.values(x.grad()));
    assertThat(gradients[1]).containsExactly(Given.values(gamma.grad()));
    assertThat(betas).containsExactly(Given.values(beta.grad()));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void batchNormReluPassesTheGradientCheckTwiceInEveryRank(int rank) {
    int[] dims = Arrays.copyOf(new int[] {3, 2, 3, 2}, rank);
    GradCheck.checkTwice(
        in -> trainedRelu(in.get(0), in.get(1), in.get(2)),
        Given.uniform(1, -2, 2, dims),
        Given.random(2, 2),
        Given.random(3, 2));
  }

  @Test
  void evaluationNormalisesByTheRunningStatisticsAndLeavesThemAlone() {
    Variable x = Given.leaf(Shape.of(1, 2), 3, 3);
    Tensor mean = Given.vector(1, 3).tensor();
    Tensor variance = Given.vector(4, 1).tensor();
    Variable gamma = Given.vector(10, 10);
    Variable beta = Given.vector(1, 2);
    Variable y = F.batchNorm(x, gamma, beta, mean, variance, false, 0.5, 0);
    assertThat(Given.values(y)).containsExactly(11, 2);
    assertThat(mean.toDoubleArray()).containsExactly(1, 3);
    assertThat(variance.toDoubleArray()).containsExactly(4, 1);
    y.sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(5, 10);
    assertThat(Given.values(gamma.grad())).containsExactly(1, 0);
    assertThat(Given.values(beta.grad())).containsExactly(1, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void batchNormPassesTheGradientCheckTwiceInEveryRank(int rank) {
    int[] dims = Arrays.copyOf(new int[] {3, 2, 3, 2}, rank);
    GradCheck.checkTwice(
        in -> trained(in.get(0), in.get(1), in.get(2)),
        Given.uniform(1, -2, 2, dims),
        Given.random(2, 2),
        Given.random(3, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void batchNormWithRunningStatisticsPassesTheGradientCheckTwice(int rank) {
    int[] dims = Arrays.copyOf(new int[] {3, 2, 2, 2}, rank);
    Tensor mean = Given.random(4, 2).tensor();
    Tensor variance = Given.uniform(5, 0.5, 2, 2).tensor();
    GradCheck.checkTwice(
        in -> F.batchNorm(in.get(0), in.get(1), in.get(2), mean, variance, false, 0.1, EPS),
        Given.random(6, dims),
        Given.random(7, 2),
        Given.random(8, 2));
  }

  @Test
  void oneValuePerChannelCannotBeNormalised() {
    assertThatThrownBy(
            () -> trained(Given.random(9, 1, 2), Given.random(10, 2), Given.random(11, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("batchNorm", "[1, 2]", "larger batch");
  }

  @Test
  void layerNormNormalisesEachRow() {
    Variable x = Given.leaf(Shape.of(2, 2), 1, 3, 10, 30);
    Variable y = F.layerNorm(x, Given.vector(2, 4), Given.vector(5, 6), 0);
    assertThat(Given.values(y)).containsExactly(new double[] {3, 10, 3, 10}, within(1e-14));
  }

  @Test
  void layerNormPassesTheGradientCheckTwice() {
    GradCheck.checkTwice(
        in -> F.layerNorm(in.get(0), in.get(1), in.get(2), EPS),
        Given.uniform(12, -2, 2, 2, 3, 4),
        Given.random(13, 4),
        Given.random(14, 4));
  }

  @Test
  void layerNormCountsZerosThatAreNotThere() {
    Variable x = Given.leaf(Shape.of(1, 2), 3, 1); // as 3, 1, 0, 0: mean 1, variance 1.5
    Variable y = F.layerNorm(x, Given.vector(1, 1), Given.vector(0, 5), 0, 2);
    assertThat(Given.values(y))
        .containsExactly(new double[] {2 / Math.sqrt(1.5), 5}, within(1e-14));
  }

  @Test
  void layerNormWithZerosPassesTheGradientCheckTwice() {
    GradCheck.checkTwice(
        in -> F.layerNorm(in.get(0), in.get(1), in.get(2), EPS, 3),
        Given.uniform(12, -2, 2, 2, 3, 4),
        Given.random(13, 4),
        Given.random(14, 4));
  }
}
