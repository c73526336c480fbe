package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;

/** Softmax, its logarithm, and their gradients. */
abstract class SoftmaxContract extends Contract {
  SoftmaxContract(Backend backend) {
    super(backend);
  }

  private static double[] softmax(double[] x, int width, boolean log) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += Math.max(1, width)) {
      double sum = 0;
      for (int i = row; i < row + width; i++) {
        sum += Math.exp(x[i]);
      }
      for (int i = row; i < row + width; i++) {
        y[i] = log ? x[i] - Math.log(sum) : Math.exp(x[i]) / sum;
      }
    }
    return y;
  }

  @ComputeTypes
  void softmaxMatchesItsDefinition(DType dtype) {
    for (int rows : new int[] {0, 1, 5}) {
      for (int width : new int[] {0, 1, 3, 10, 64, 67, 1000, 1025}) {
        double[] x = values(dtype, 1, (long) rows * width);
        Arrays.setAll(x, i -> rounded(dtype, 8 * x[i]));
        for (boolean log : new boolean[] {false, true}) {
          Shape shape = Shape.of(rows, width);
          Tensor out = output(dtype, shape);
          backend.softmax(tensor(dtype, shape, x), log, out);
          double[] magnitudes = new double[x.length];
          Arrays.fill(magnitudes, log ? 16 : 0);
          assertSums("softmax " + shape, out, softmax(x, width, log), magnitudes, 24);
        }
      }
    }
  }

  @ComputeTypes
  void largeLogitsNeitherOverflowNorUnderflow(DType dtype) {
    Tensor x = tensor(dtype, Shape.of(2, 2), 1e4, 1e4, -1e4, -1e4 + 1);
    Tensor y = output(dtype, Shape.of(2, 2));
    backend.softmax(x, false, y);
    double small = 1 / (1 + Math.E);
    assertSums("softmax", y, new double[] {0.5, 0.5, small, 1 - small}, new double[4], 8);
    backend.softmax(x, true, y);
    double[] logs = {Math.log(0.5), Math.log(0.5), Math.log(small), Math.log(1 - small)};
    // the logarithm is the small difference of two numbers of size 1e4
    assertSums("log softmax", y, logs, new double[] {1e4, 1e4, 1e4, 1e4}, 2);
  }

  @ComputeTypes
  void maskedLogitsGetNoWeight(DType dtype) {
    Tensor y = output(dtype, Shape.of(1, 3));
    backend.softmax(tensor(dtype, Shape.of(1, 3), 0, Double.NEGATIVE_INFINITY, 0), false, y);
    assertExactly(y, 0.5, 0, 0.5);
  }

  @ComputeTypes
  void softmaxGradIsTheJacobianTimesTheGradient(DType dtype) {
    for (int width : new int[] {0, 1, 3, 67, 1025}) {
      for (boolean log : new boolean[] {false, true}) {
        int rows = 3;
        Shape shape = Shape.of(rows, width);
        double[] x = values(dtype, 2, shape);
        double[] dy = values(dtype, 3, shape);
        double[] y = softmax(x, width, log);
        Arrays.setAll(y, i -> rounded(dtype, y[i]));
        Tensor dx = output(dtype, shape);
        backend.softmaxGrad(tensor(dtype, shape, y), tensor(dtype, shape, dy), log, dx);
        double[] expected = new double[dy.length];
        for (int r = 0; r < rows; r++) {
          for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
              double yi = y[r * width + i];
              double same = i == j ? 1 : 0;
              double slope = log ? same - Math.exp(yi) : y[r * width + j] * (same - yi);
              expected[r * width + i] += dy[r * width + j] * slope;
            }
          }
        }
        double[] magnitudes = new double[expected.length];
        Arrays.fill(magnitudes, 2);
        assertSums("softmaxGrad " + width, dx, expected, magnitudes, width + 8);
        assertThat(read(dx)).doesNotContain(Double.NaN);
      }
    }
  }
}
