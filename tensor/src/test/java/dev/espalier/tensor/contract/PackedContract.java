package dev.espalier.tensor.contract;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Products with packed eight-bit weights against dense loops over what the weight unpacks to. */
abstract class PackedContract extends Contract {
  private static final DType TYPE = DType.FLOAT32;
  private static final int[][] EXTENTS_MK = {
    {0, 0}, {1, 1}, {5, 0}, {0, 5}, {7, 13}, {3, 63}, {3, 64}, {3, 65}, {67, 257}
  };
  private static final int[] COLUMNS = {0, 1, 2, 3, 4, 15, 16, 17, 67};
  private static final double[] DENSITIES = {0, 0.1, 0.5, 1};

  PackedContract(Backend backend) {
    super(backend);
  }

  /** Random values at random places; every third row is empty unless the weight is full. */
  private PackedInt8 packed(int rows, int columns, double density) {
    double[] chances = values(TYPE, 1, (long) rows * columns);
    boolean[] kept = new boolean[chances.length];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = density == 1 || (chances[i] + 1) / 2 < density && i / columns % 3 != 1;
    }
    Shape shape = Shape.of(rows, columns);
    float[] weights = new float[kept.length];
    double[] random = values(TYPE, 2, kept.length);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random[i];
    }
    return PackedInt8.of(SparseTensor.fromDense(Tensor.of(shape, weights), Mask.of(shape, kept)));
  }

  @Test
  void productMatchesDenseLoopsForEmptyRowsAndAnyDensity() {
    for (int[] e : EXTENTS_MK) {
      for (double density : DENSITIES) {
        PackedInt8 a = packed(e[0], e[1], density);
        for (int n : COLUMNS) {
          check(a, n, Layout.CONTIGUOUS);
          check(a, n, Layout.GAPPED);
          check(a, n, Layout.TRANSPOSED);
        }
      }
    }
  }

  /** Enough entries for several tasks. */
  @Test
  void productOfAFullWeightMatchesDenseLoops() {
    PackedInt8 a = packed(300, 600, 1);
    check(a, 1, Layout.CONTIGUOUS);
    check(a, 17, Layout.CONTIGUOUS);
  }

  private void check(PackedInt8 a, int n, Layout layout) {
    int m = a.rows();
    int k = a.columns();
    double[] w = read(a.dense());
    double[] b = values(TYPE, 3, (long) k * n);
    double[] rowBias = values(TYPE, 4, m);
    double[] columnBias = values(TYPE, 5, n);
    double[] plain = new double[m * n];
    double[] full = new double[m * n];
    double[] magnitudes = new double[m * n];
    for (int i = 0; i < plain.length; i++) {
      for (int p = 0; p < k; p++) {
        double term = w[i / n * k + p] * b[p * n + i % n];
        plain[i] += term;
        magnitudes[i] += Math.abs(term);
      }
      full[i] = Math.max(0, plain[i] + rowBias[i / n] + columnBias[i % n]);
    }
    String what = "packed %d×%d nnz %d n %d %s".formatted(m, k, a.nnz(), n, layout);
    Tensor right = tensor(TYPE, layout, Shape.of(k, n), b);
    Tensor out = output(TYPE, Shape.of(m, n));
    backend.spmmPacked(a, right, out, Epilogue.NONE);
    assertSums(what, out, plain, magnitudes, k);
    Arrays.setAll(magnitudes, i -> magnitudes[i] + 2);
    Tensor biased = output(TYPE, Shape.of(m, n));
    var epilogue =
        new Epilogue(
            tensor(TYPE, Shape.of(m), rowBias), tensor(TYPE, Shape.of(n), columnBias), true);
    backend.spmmPacked(a, right, biased, epilogue);
    assertSums(what + " with epilogue", biased, full, magnitudes, k + 3);
  }

  @Test
  void positionsNotStoredContributeNothingEvenToInfinity() {
    Shape shape = Shape.of(1, 3);
    Tensor weights = Tensor.of(shape, 0f, 127f, 0f);
    PackedInt8 a = PackedInt8.of(SparseTensor.fromDense(weights));
    double inf = Double.POSITIVE_INFINITY;
    for (int n : new int[] {1, 2}) {
      double[] b = new double[3 * n];
      Arrays.setAll(b, i -> i / n == 1 ? 2 : i / n == 0 ? inf : Double.NaN);
      Tensor out = output(TYPE, Shape.of(1, n));
      backend.spmmPacked(a, tensor(TYPE, Shape.of(3, n), b), out, Epilogue.NONE);
      double[] expected = new double[n];
      Arrays.fill(expected, 254);
      assertExactly(out, expected);
    }
  }
}
