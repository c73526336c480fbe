package dev.espalier.tensor.contract;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Channel statistics, batch normalisation and layer normalisation. */
public abstract class NormContract extends Contract {
  private static final double EPS = 1e-3;
  private static final int[][] EXTENTS_NCS = {
    {1, 1, 1}, {4, 3, 1}, {1, 5, 17}, {2, 3, 67}, {3, 2, 1031}
  };

  protected NormContract(Backend backend) {
    super(backend);
  }

  private static double[] constant(int n, double value) {
    double[] values = new double[n];
    Arrays.fill(values, value);
    return values;
  }

  @ComputeTypes
  void channelStatsAreMeanAndBiasedVariance(DType dtype) {
    for (int[] e : EXTENTS_NCS) {
      Shape shape = Shape.of(e);
      double[] x = values(dtype, 1, shape);
      Arrays.setAll(x, i -> rounded(dtype, x[i] + 100)); // where one pass would cancel
      int count = e[0] * e[2];
      double[] means = new double[e[1]];
      double[] variances = new double[e[1]];
      for (int i = 0; i < x.length; i++) {
        means[i / e[2] % e[1]] += x[i] / count;
      }
      for (int i = 0; i < x.length; i++) {
        int c = i / e[2] % e[1];
        variances[c] += (x[i] - means[c]) * (x[i] - means[c]) / count;
      }
      Tensor mean = output(dtype, Shape.of(e[1]));
      Tensor variance = output(dtype, Shape.of(e[1]));
      backend.channelStats(tensor(dtype, shape, x), mean, variance);
      assertSums("mean", mean, means, constant(e[1], 101), 32);
      // an error of the mean enters squared
      assertSums("variance", variance, variances, constant(e[1], 1), 64);
    }
  }

  @ComputeTypes
  void channelAffineScalesShiftsAndClamps(DType dtype) {
    for (int[] e : new int[][] {{2, 3, 5}, {0, 3, 5}, {2, 0, 5}, {2, 3, 0}, {1, 2, 1031}}) {
      Shape shape = Shape.of(e);
      double[] x = values(dtype, 2, shape);
      double[] scale = values(dtype, 3, e[1]);
      double[] shift = values(dtype, 4, e[1]);
      for (boolean relu : new boolean[] {false, true}) {
        double[] expected = new double[x.length];
        for (int i = 0; i < x.length; i++) {
          int c = i / e[2] % e[1];
          expected[i] = scale[c] * x[i] + shift[c];
          expected[i] = relu && expected[i] < 0 ? 0 : expected[i];
        }
        Tensor out = output(dtype, shape);
        backend.channelAffine(
            tensor(dtype, shape, x),
            tensor(dtype, Shape.of(e[1]), scale),
            tensor(dtype, Shape.of(e[1]), shift),
            relu,
            out);
        assertSums("affine", out, expected, constant(x.length, 2), 2);
      }
    }
  }

  /** {@code Σ dy y} of a normalisation in training mode, by its definition. */
  private static double batchNormLoss(
      int[] e, double[] x, double[] gamma, double[] beta, double[] dy) {
    double loss = 0;
    int count = e[0] * e[2];
    for (int c = 0; c < e[1]; c++) {
      int channel = c;
      double mean = channelSum(e, c, i -> x[i.intValue()]) / count;
      double variance =
          channelSum(e, c, i -> (x[i.intValue()] - mean) * (x[i.intValue()] - mean)) / count;
      loss +=
          channelSum(
              e,
              c,
              i -> {
                double normal = (x[i.intValue()] - mean) / Math.sqrt(variance + EPS);
                return dy[i.intValue()] * (gamma[channel] * normal + beta[channel]);
              });
    }
    return loss;
  }

  private static double channelSum(int[] e, int c, ToDoubleFunction<Integer> value) {
    double sum = 0;
    for (int n = 0; n < e[0]; n++) {
      for (int s = 0; s < e[2]; s++) {
        sum += value.applyAsDouble((n * e[1] + c) * e[2] + s);
      }
    }
    return sum;
  }

  private static double[] differences(double[] at, ToDoubleFunction<double[]> loss) {
    double[] slopes = new double[at.length];
    double step = 1e-5;
    for (int i = 0; i < at.length; i++) {
      double[] moved = at.clone();
      moved[i] += step;
      double above = loss.applyAsDouble(moved);
      moved[i] = at[i] - step;
      slopes[i] = (above - loss.applyAsDouble(moved)) / (2 * step);
    }
    return slopes;
  }

  @ComputeTypes
  void batchNormGradMatchesFiniteDifferences(DType dtype) {
    for (int[] e : new int[][] {{4, 3, 1}, {2, 3, 5}, {1, 2, 19}}) {
      Shape shape = Shape.of(e);
      Shape perChannel = Shape.of(e[1]);
      double[] x = values(dtype, 5, shape);
      double[] dy = values(dtype, 6, shape);
      double[] gamma = values(dtype, 7, e[1]);
      double[] beta = values(dtype, 8, e[1]);
      double[] mean = new double[e[1]];
      double[] invStd = new double[e[1]];
      int count = e[0] * e[2];
      for (int c = 0; c < e[1]; c++) {
        double center = channelSum(e, c, i -> x[i]) / count;
        mean[c] = center;
        double variance = channelSum(e, c, i -> (x[i] - center) * (x[i] - center)) / count;
        invStd[c] = 1 / Math.sqrt(variance + EPS);
      }
      Tensor dx = output(dtype, shape);
      Tensor dgamma = output(dtype, perChannel);
      Tensor dbeta = output(dtype, perChannel);
      backend.batchNormGrad(
          tensor(dtype, shape, x),
          tensor(dtype, shape, dy),
          null,
          tensor(dtype, perChannel, gamma),
          tensor(dtype, perChannel, mean),
          tensor(dtype, perChannel, invStd),
          dx,
          dgamma,
          dbeta);
      double tolerance = dtype == DType.FLOAT32 ? 2e-5 : 1e-8;
      double[] expected = differences(x, v -> batchNormLoss(e, v, gamma, beta, dy));
      assertWithin("dx", dx, expected, constant(expected.length, tolerance));
      expected = differences(gamma, v -> batchNormLoss(e, x, v, beta, dy));
      assertWithin("dgamma", dgamma, expected, constant(e[1], tolerance));
      expected = differences(beta, v -> batchNormLoss(e, x, gamma, v, dy));
      assertWithin("dbeta", dbeta, expected, constant(e[1], tolerance));
    }
  }

  private record LayerNormed(double[] y, double[] mean, double[] invStd) {}

  private static LayerNormed layerNorm(
      double[] x, double[] gamma, double[] beta, int rows, int width) {
    double[] y = new double[x.length];
    double[] means = new double[rows];
    double[] inverses = new double[rows];
    for (int r = 0; r < rows; r++) {
      double[] row = Arrays.copyOfRange(x, r * width, (r + 1) * width);
      double mean = Arrays.stream(row).sum() / width;
      double variance = Arrays.stream(row).map(v -> (v - mean) * (v - mean)).sum() / width;
      means[r] = mean;
      inverses[r] = 1 / Math.sqrt(variance + EPS);
      for (int i = 0; i < width; i++) {
        y[r * width + i] = gamma[i] * (row[i] - mean) * inverses[r] + beta[i];
      }
    }
    return new LayerNormed(y, means, inverses);
  }

  @ComputeTypes
  void layerNormMatchesItsDefinition(DType dtype) {
    for (int[] e : new int[][] {{0, 4}, {1, 1}, {3, 7}, {5, 64}, {2, 1031}}) {
      int rows = e[0];
      int width = e[1];
      double[] x = values(dtype, 9, (long) rows * width);
      double[] gamma = values(dtype, 10, width);
      double[] beta = values(dtype, 11, width);
      LayerNormed expected = layerNorm(x, gamma, beta, rows, width);
      Tensor out = output(dtype, Shape.of(rows, width));
      Tensor mean = output(dtype, Shape.of(rows));
      Tensor invStd = output(dtype, Shape.of(rows));
      backend.layerNorm(
          tensor(dtype, Shape.of(rows, width), x),
          tensor(dtype, Shape.of(width), gamma),
          tensor(dtype, Shape.of(width), beta),
          EPS,
          out,
          mean,
          invStd);
      assertSums("layerNorm", out, expected.y, constant(x.length, 4), 32);
      assertSums("mean", mean, expected.mean, constant(rows, 1), 32);
      assertSums("invStd", invStd, expected.invStd, constant(rows, 0), 48);
    }
  }

  @ComputeTypes
  void layerNormGradMatchesFiniteDifferences(DType dtype) {
    int rows = 3;
    for (int width : new int[] {2, 7, 17, 1025}) {
      Shape shape = Shape.of(rows, width);
      double[] x = values(dtype, 12, shape);
      double[] dy = values(dtype, 13, shape);
      double[] gamma = values(dtype, 14, width);
      double[] beta = values(dtype, 15, width);
      LayerNormed forward = layerNorm(x, gamma, beta, rows, width);
      Tensor dx = output(dtype, shape);
      Tensor dgamma = output(dtype, Shape.of(width));
      Tensor dbeta = output(dtype, Shape.of(width));
      backend.layerNormGrad(
          tensor(dtype, shape, x),
          tensor(dtype, shape, dy),
          tensor(dtype, Shape.of(width), gamma),
          tensor(dtype, Shape.of(rows), forward.mean),
          tensor(dtype, Shape.of(rows), forward.invStd),
          dx,
          dgamma,
          dbeta);
      double tolerance = dtype == DType.FLOAT32 ? 2e-5 : 1e-8;
      double[] expected = differences(x, v -> dot(dy, layerNorm(v, gamma, beta, rows, width).y));
      assertWithin("dx", dx, expected, constant(x.length, tolerance));
      expected = differences(gamma, v -> dot(dy, layerNorm(x, v, beta, rows, width).y));
      assertWithin("dgamma", dgamma, expected, constant(width, tolerance));
      expected = differences(beta, v -> dot(dy, layerNorm(x, gamma, v, rows, width).y));
      assertWithin("dbeta", dbeta, expected, constant(width, tolerance));
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @Test
  void gradientsOfNoRowsAreZero() {
    DType dtype = DType.FLOAT32;
    Tensor none = output(dtype, Shape.of(0, 2));
    Tensor dgamma = output(dtype, Shape.of(2));
    Tensor dbeta = output(dtype, Shape.of(2));
    Tensor gamma = tensor(dtype, Shape.of(2), 1, 1);
    Tensor perRow = output(dtype, Shape.of(0));
    backend.layerNormGrad(
        none, none, gamma, perRow, perRow, output(dtype, Shape.of(0, 2)), dgamma, dbeta);
    assertExactly(dgamma, 0, 0);
    assertExactly(dbeta, 0, 0);
  }
}
