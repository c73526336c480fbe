package dev.espalier.tensor.contract;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/** Dense matrix products. */
abstract class GemmContract extends Contract {
  GemmContract(Backend backend) {
    super(backend);
  }

  /** A product by its definition, with the sum of its terms' absolute values. */
  private record Product(double[] sums, double[] magnitudes) {
    static Product of(double[] a, double[] b, int m, int k, int n) {
      double[] sums = new double[m * n];
      double[] magnitudes = new double[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          for (int p = 0; p < k; p++) {
            double term = a[i * k + p] * b[p * n + j];
            sums[i * n + j] += term;
            magnitudes[i * n + j] += Math.abs(term);
          }
        }
      }
      return new Product(sums, magnitudes);
    }
  }

  private void check(DType dtype, Layout layoutA, Layout layoutB, int m, int k, int n) {
    Shape shapeA = Shape.of(m, k);
    Shape shapeB = Shape.of(k, n);
    double[] a = values(dtype, 1, shapeA);
    double[] b = values(dtype, 2, shapeB);
    Product product = Product.of(a, b, m, k, n);
    Tensor c = output(dtype, Shape.of(m, n));
    backend.gemm(
        1,
        tensor(dtype, layoutA, shapeA, a),
        tensor(dtype, layoutB, shapeB, b),
        0,
        c,
        Epilogue.NONE);
    String what = "[%d, %d] %s times [%d, %d] %s".formatted(m, k, layoutA, k, n, layoutB);
    assertSums(what, c, product.sums, product.magnitudes, k);
  }

  @ComputeTypes
  void productMatchesTripleLoopAroundTileSizes(DType dtype) {
    for (int m : EXTENTS) {
      for (int k : EXTENTS) {
        for (int n : EXTENTS) {
          check(dtype, Layout.CONTIGUOUS, Layout.CONTIGUOUS, m, k, n);
        }
      }
    }
  }

  @ComputeTypes
  void productTakesAnyStrides(DType dtype) {
    for (Layout a : Layout.values()) {
      for (Layout b : Layout.values()) {
        for (int[] e :
            new int[][] {{1, 1, 1}, {1, 37, 19}, {17, 1, 5}, {33, 70, 1}, {23, 67, 41}}) {
          check(dtype, a, b, e[0], e[1], e[2]);
        }
      }
    }
  }

  @ComputeTypes
  void productCrossesEveryBlockBoundary(DType dtype) {
    check(dtype, Layout.CONTIGUOUS, Layout.TRANSPOSED, 131, 261, 67);
    check(dtype, Layout.TRANSPOSED, Layout.CONTIGUOUS, 67, 300, 521);
    check(dtype, Layout.CONTIGUOUS, Layout.CONTIGUOUS, 1, 1031, 300);
  }

  @ComputeTypes
  void productReadsExpandedOperands(DType dtype) {
    Tensor a = tensor(dtype, Shape.of(1, 2), 1, 2).expand(Shape.of(3, 2));
    Tensor b = tensor(dtype, Shape.of(2, 1), 3, 4).expand(Shape.of(2, 5));
    Tensor c = output(dtype, Shape.of(3, 5));
    backend.gemm(1, a, b, 0, c, Epilogue.NONE);
    double[] expected = new double[15];
    Arrays.fill(expected, 11);
    assertExactly(c, expected);
  }

  @ComputeTypes
  void alphaAndBetaScaleBothTerms(DType dtype) {
    int m = 19;
    int k = 23;
    int n = 37;
    double[] a = values(dtype, 3, (long) m * k);
    double[] b = values(dtype, 4, (long) k * n);
    double[] old = values(dtype, 5, (long) m * n);
    Product product = Product.of(a, b, m, k, n);
    double[] expected = new double[m * n];
    double[] magnitudes = new double[m * n];
    Arrays.setAll(expected, i -> -1.5 * product.sums[i] + 0.75 * old[i]);
    Arrays.setAll(magnitudes, i -> 1.5 * product.magnitudes[i] + 0.75 * Math.abs(old[i]));
    Tensor c = tensor(dtype, Shape.of(m, n), old);
    backend.gemm(
        -1.5,
        tensor(dtype, Shape.of(m, k), a),
        tensor(dtype, Shape.of(k, n), b),
        0.75,
        c,
        Epilogue.NONE);
    assertSums("alpha and beta", c, expected, magnitudes, k + 2);
  }

  @ComputeTypes
  void emptyInnerExtentLeavesBetaCAndTheEpilogue(DType dtype) {
    Tensor c = tensor(dtype, Shape.of(2, 2), 1, -2, 3, 4);
    Tensor bias = tensor(dtype, Shape.of(2), 10, 1);
    backend.gemm(
        1,
        output(dtype, Shape.of(2, 0)),
        output(dtype, Shape.of(0, 2)),
        2,
        c,
        new Epilogue(null, bias, true));
    assertExactly(c, 12, 0, 16, 9);
  }

  @ComputeTypes
  void epilogueAddsBiasesThenClamps(DType dtype) {
    for (int[] e : new int[][] {{1, 1, 1}, {5, 7, 3}, {67, 33, 70}}) {
      int m = e[0];
      int k = e[1];
      int n = e[2];
      double[] a = values(dtype, 6, (long) m * k);
      double[] b = values(dtype, 7, (long) k * n);
      double[] rows = values(dtype, 8, m);
      double[] columns = values(dtype, 9, n);
      Product product = Product.of(a, b, m, k, n);
      for (int which = 0; which < 8; which++) {
        boolean byRow = (which & 1) != 0;
        boolean byColumn = (which & 2) != 0;
        boolean relu = (which & 4) != 0;
        double[] expected = new double[m * n];
        double[] magnitudes = new double[m * n];
        for (int i = 0; i < m * n; i++) {
          double bias = (byRow ? rows[i / n] : 0) + (byColumn ? columns[i % n] : 0);
          expected[i] = product.sums[i] + bias;
          expected[i] = relu && expected[i] < 0 ? 0 : expected[i];
          magnitudes[i] = product.magnitudes[i] + 2;
        }
        var epilogue =
            new Epilogue(
                byRow ? tensor(dtype, Shape.of(m), rows) : null,
                byColumn ? tensor(dtype, Shape.of(n), columns) : null,
                relu);
        Tensor c = output(dtype, Shape.of(m, n));
        backend.gemm(
            1, tensor(dtype, Shape.of(m, k), a), tensor(dtype, Shape.of(k, n), b), 0, c, epilogue);
        assertSums("epilogue " + which, c, expected, magnitudes, k + 2);
      }
    }
  }

  @ComputeTypes
  void resultRowsMayLieApart(DType dtype) {
    int n = 19;
    Tensor storage = tensor(dtype, Shape.of(5, n + 3), new double[5 * (n + 3)]);
    Tensor c = storage.narrow(1, 2, n);
    double[] a = values(dtype, 10, 5 * 4);
    double[] b = values(dtype, 11, 4L * n);
    backend.gemm(
        1, tensor(dtype, Shape.of(5, 4), a), tensor(dtype, Shape.of(4, n), b), 0, c, Epilogue.NONE);
    Product product = Product.of(a, b, 5, 4, n);
    assertSums("rows apart", c, product.sums, product.magnitudes, 4);
    assertExactly(storage.narrow(1, 0, 2), new double[10]);
    assertExactly(storage.narrow(1, n + 2, 1), new double[5]);
  }

  @ComputeTypes
  void batchesAreIndependentProducts(DType dtype) {
    for (int batch : new int[] {0, 1, 3}) {
      int m = 5;
      int k = 17;
      int n = 9;
      double[] a = values(dtype, 12, (long) batch * m * k);
      double[] b = values(dtype, 13, (long) k * n);
      double[] expected = new double[batch * m * n];
      double[] magnitudes = new double[batch * m * n];
      for (int i = 0; i < batch; i++) {
        double[] own = Arrays.copyOfRange(a, i * m * k, (i + 1) * m * k);
        Product product = Product.of(own, b, m, k, n);
        System.arraycopy(product.sums, 0, expected, i * m * n, m * n);
        System.arraycopy(product.magnitudes, 0, magnitudes, i * m * n, m * n);
      }
      for (Layout layout : Layout.values()) {
        Tensor left = tensor(dtype, layout, Shape.of(batch, m, k), a);
        Tensor right = tensor(dtype, layout, Shape.of(k, n), b).expand(Shape.of(batch, k, n));
        Tensor c = output(dtype, Shape.of(batch, m, n));
        backend.gemm(1, left, right, 0, c, Epilogue.NONE);
        assertSums("batch " + batch, c, expected, magnitudes, k);
      }
    }
  }

  @ComputeTypes
  void nanAndInfinityPassThroughZeros(DType dtype) {
    Tensor a = tensor(dtype, Shape.of(1, 2), 0, 1);
    Tensor b = tensor(dtype, Shape.of(2, 2), Double.NaN, Double.POSITIVE_INFINITY, 1, 1);
    Tensor c = output(dtype, Shape.of(1, 2));
    backend.gemm(1, a, b, 0, c, new Epilogue(null, null, true));
    assertExactly(c, Double.NaN, Double.NaN);
  }
}
