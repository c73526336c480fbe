package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.nn.Given;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Bounds are five standard errors of the sample's mean and variance. */
class InitTest {
  private static final Shape MATRIX = Shape.of(300, 200);
  private static final Shape KERNELS = Shape.of(64, 32, 5, 5);

  private final Generator generator = new Generator(3);

  private static void checkNormal(Tensor drawn, double variance) {
    checkMoments(drawn, variance, 2);
    double std = Math.sqrt(variance);
    long outside = 0;
    for (float value : drawn.toFloatArray()) {
      outside += Math.abs(value) > 2 * std ? 1 : 0;
    }
    double share = (double) outside / drawn.size();
    assertThat(share).as("beyond two standard deviations").isCloseTo(0.0455, within(0.006));
  }

  /** Kurtosis minus one is the variance of the squares over the squared variance. */
  private static void checkMoments(Tensor drawn, double variance, double kurtosisMinusOne) {
    double sum = 0;
    double squares = 0;
    for (float value : drawn.toFloatArray()) {
      sum += value;
      squares += (double) value * value;
    }
    double n = drawn.size();
    assertThat(sum / n).as("mean").isCloseTo(0, within(5 * Math.sqrt(variance / n)));
    assertThat(squares / n / variance)
        .as("variance")
        .isCloseTo(1, within(5 * Math.sqrt(kurtosisMinusOne / n)));
  }

  private static void checkUniform(Tensor drawn, double bound) {
    checkMoments(drawn, bound * bound / 3, 0.8);
    assertThat(Given.largest(drawn)).isBetween((float) (0.99 * bound), (float) bound);
  }

  @Test
  void heNormalHasTwoOverFanIn() {
    checkNormal(Init.heNormal(generator, DType.FLOAT32, MATRIX), 2.0 / 200);
    checkNormal(Init.heNormal(generator, DType.FLOAT32, KERNELS), 2.0 / 800);
  }

  @Test
  void glorotNormalHasTwoOverBothFans() {
    checkNormal(Init.glorotNormal(generator, DType.FLOAT32, MATRIX), 2.0 / 500);
    checkNormal(Init.glorotNormal(generator, DType.FLOAT32, KERNELS), 2.0 / (800 + 1600));
  }

  @Test
  void glorotUniformHasTheSameVariance() {
    checkUniform(Init.glorotUniform(generator, DType.FLOAT32, MATRIX), Math.sqrt(6.0 / 500));
  }

  @Test
  void fanInUniformIsBoundedByTheInverseRoot() {
    checkUniform(Init.fanInUniform(generator, DType.FLOAT32, MATRIX, 200), Math.sqrt(1.0 / 200));
  }

  @Test
  void fansOfMatricesKernelsAndVectors() {
    assertThat(Init.fanIn(MATRIX)).isEqualTo(200);
    assertThat(Init.fanOut(MATRIX)).isEqualTo(300);
    assertThat(Init.fanIn(KERNELS)).isEqualTo(32 * 25);
    assertThat(Init.fanOut(KERNELS)).isEqualTo(64 * 25);
    assertThat(Init.fanIn(Shape.of(7))).isEqualTo(7);
  }

  @Test
  void aParameterIsDrawnAgainInPlace() {
    var parameter = new Parameter(Tensor.zeros(DType.FLOAT32, MATRIX));
    Tensor storage = parameter.tensor();
    Init.heNormal(new Generator(1), parameter);
    assertThat(parameter.tensor()).isSameAs(storage);
    assertThat(Given.values(parameter))
        .isEqualTo(Init.heNormal(new Generator(1), DType.FLOAT32, MATRIX).toFloatArray());
    Init.glorotNormal(new Generator(1), parameter);
    assertThat(Given.values(parameter))
        .isEqualTo(Init.glorotNormal(new Generator(1), DType.FLOAT32, MATRIX).toFloatArray());
  }
}
