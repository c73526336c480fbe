package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Naive double-precision products, each with the magnitude that its rounding error is proportional
 * to.
 */
final class SparseReference {
  /** A sum and the sum of its terms' magnitudes, element by element. */
  record Sums(double[] value, double[] magnitude, int terms) {
    static Sums zeros(int size, int terms) {
      return new Sums(new double[size], new double[size], terms);
    }

    void add(int at, double term) {
      value[at] += term;
      magnitude[at] += Math.abs(term);
    }

    /** Every element within the error bound of a sum of that many rounded products. */
    void assertMatches(Tensor actual) {
      double unit = actual.dtype() == DType.FLOAT32 ? 0x1p-23 : 0x1p-51;
      double[] found = actual.toDoubleArray();
      assertThat(found).hasSize(value.length);
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i])
            .describedAs("element %d", i)
            .isCloseTo(value[i], within((terms + 2) * unit * magnitude[i]));
      }
    }
  }

  private SparseReference() {}

  /** a [M, K], b [K, N]. */
  static Sums matmul(Tensor a, Tensor b, Tensor rowBias) {
    double[] left = a.toDoubleArray();
    double[] right = b.toDoubleArray();
    int n = b.dim(1);
    int k = b.dim(0);
    Sums sums = Sums.zeros(a.dim(0) * n, k);
    for (int i = 0; i < a.dim(0); i++) {
      for (int j = 0; j < n; j++) {
        for (int p = 0; p < k; p++) {
          sums.add(i * n + j, left[i * k + p] * right[p * n + j]);
        }
        if (rowBias != null) {
          sums.add(i * n + j, rowBias.get(i));
        }
      }
    }
    return sums;
  }

  private interface Tap {
    void visit(int y, int x, int w);
  }

  /** Every (output, input, weight) triple of a convolution, by flat index. */
  private static void taps(Shape x, Shape w, Shape y, ConvSpec spec, Tap tap) {
    int inPerGroup = w.dim(1);
    int outPerGroup = w.dim(0) / spec.groups();
    for (int flat = 0; flat < y.size(); flat++) {
      int q = flat % y.dim(3);
      int p = flat / y.dim(3) % y.dim(2);
      int o = flat / y.dim(3) / y.dim(2) % y.dim(1);
      int n = flat / y.dim(3) / y.dim(2) / y.dim(1);
      for (int c = 0; c < inPerGroup; c++) {
        for (int i = 0; i < w.dim(2); i++) {
          for (int j = 0; j < w.dim(3); j++) {
            int row = p * spec.strideH() + i * spec.dilationH() - spec.padH();
            int column = q * spec.strideW() + j * spec.dilationW() - spec.padW();
            if (row >= 0 && row < x.dim(2) && column >= 0 && column < x.dim(3)) {
              int channel = o / outPerGroup * inPerGroup + c;
              int input = ((n * x.dim(1) + channel) * x.dim(2) + row) * x.dim(3) + column;
              tap.visit(flat, input, ((o * inPerGroup + c) * w.dim(2) + i) * w.dim(3) + j);
            }
          }
        }
      }
    }
  }

  static Sums conv2d(Tensor x, Tensor w, Tensor bias, Shape y, ConvSpec spec) {
    double[] image = x.toDoubleArray();
    double[] weight = w.toDoubleArray();
    Sums sums = Sums.zeros((int) y.size(), (int) w.size() / w.dim(0) + 1);
    taps(x.shape(), w.shape(), y, spec, (at, in, tap) -> sums.add(at, image[in] * weight[tap]));
    for (int at = 0; at < y.size() && bias != null; at++) {
      sums.add(at, bias.get(at / y.dim(3) / y.dim(2) % y.dim(1)));
    }
    return sums;
  }

  static Sums conv2dGradInput(Tensor dy, Tensor w, Shape x, ConvSpec spec) {
    double[] gradient = dy.toDoubleArray();
    double[] weight = w.toDoubleArray();
    Sums sums = Sums.zeros((int) x.size(), (int) w.size());
    taps(x, w.shape(), dy.shape(), spec, (at, in, tap) -> sums.add(in, gradient[at] * weight[tap]));
    return sums;
  }

  static Sums conv2dGradWeight(Tensor x, Tensor dy, Shape w, ConvSpec spec) {
    double[] image = x.toDoubleArray();
    double[] gradient = dy.toDoubleArray();
    Sums sums = Sums.zeros((int) w.size(), (int) dy.size() / dy.dim(1));
    taps(x.shape(), w, dy.shape(), spec, (at, in, tap) -> sums.add(tap, gradient[at] * image[in]));
    return sums;
  }
}
