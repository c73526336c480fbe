package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Products on tensor cores against dense loops.
 *
 * <p>Operands are multiples of 1/64 below 1 in size, which every type holds, and sums of their
 * products are multiples of 1/4096 that float32 holds: results are exact, whatever their order.
 */
final class TensorCoreProductsTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final int[] COLUMNS = {1, 17, 128, 131};

  private final TensorCoreProducts products =
      new TensorCoreProducts(((CudaBackend) Backends.of(CUDA)).context());
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static float[] values(long seed, long count) {
    var generator = new Generator(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.rint(126 * generator.nextDouble() - 63) / 64;
    }
    return values;
  }

  /** Blocks of the main diagonals, a full row, a row with one block and empty rows. */
  private static BsrPattern blocks(int size, int rows, int columns) {
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        if (row % 3 == 0 || row % 3 == 1 && column == columns - 1) {
          indices[at++] = column;
        }
      }
      offsets[row + 1] = at;
    }
    CsrPattern grid = CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, at));
    return new BsrPattern(grid, size, size);
  }

  private static float[] dense(SparsePattern pattern, float[] values) {
    float[] dense = new float[pattern.rows() * pattern.columns()];
    int[] positions = pattern.flatPositions();
    for (int p = 0; p < positions.length; p++) {
      dense[positions[p]] = values[p];
    }
    return dense;
  }

  private static float[] product(float[] a, float[] b, int m, int k, int n) {
    float[] c = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        for (int j = 0; j < n; j++) {
          c[i * n + j] += a[i * k + p] * b[p * n + j];
        }
      }
    }
    return c;
  }

  private static Tensor device(Shape shape, float... values) {
    return Tensor.of(shape, values).to(CUDA);
  }

  private static Tensor garbage(Shape shape) {
    return Tensor.full(DType.FLOAT32, shape, Double.NaN).to(CUDA);
  }

  private static void assertSame(Tensor actual, float[] expected, String what) {
    assertThat(actual.to(Device.CPU).toFloatArray()).as(what).containsExactly(expected);
  }

  @ParameterizedTest
  @EnumSource
  void blockProductsAreThoseOfDenseLoops(TensorCoreType type) {
    for (int size : new int[] {8, 16, 32, 64}) {
      BsrPattern pattern = blocks(size, 4, 5);
      float[] stored = values(1, pattern.nnz());
      float[] weights = dense(pattern, stored);
      int m = pattern.rows();
      int k = pattern.columns();
      Tensor values = device(pattern.valuesShape(), stored);
      for (int n : COLUMNS) {
        String what = "%s blocks of %d, %d columns".formatted(type, size, n);
        float[] b = values(2, (long) k * n);
        float[] old = values(3, (long) m * n);
        float[] bias = values(4, m);
        float[] expected = product(weights, b, m, k, n);
        for (int i = 0; i < expected.length; i++) {
          expected[i] = Math.max(0, expected[i] - old[i] / 2 + bias[i / n]);
        }
        Tensor c = device(Shape.of(m, n), old);
        var epilogue = new Epilogue(device(Shape.of(m), bias), null, true);
        products.spmm(pattern, values, device(Shape.of(k, n), b), -0.5, c, epilogue, type);
        assertSame(c, expected, what);
        Tensor narrow = device(Shape.of(k, n), b).to(type.storage());
        Tensor plain = garbage(Shape.of(m, n));
        products.spmm(pattern, values.to(type.storage()), narrow, 0, plain, Epilogue.NONE, type);
        assertSame(plain, product(weights, b, m, k, n), what + " of the type itself");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void blocksAreTransposedAsTheyAreRead(TensorCoreType type) {
    for (int size : new int[] {8, 16, 32, 64}) {
      BsrPattern pattern = blocks(size, 4, 5);
      float[] stored = values(5, pattern.nnz());
      float[] weights = dense(pattern, stored);
      int m = pattern.rows();
      int k = pattern.columns();
      float[] transposed = new float[weights.length];
      for (int i = 0; i < weights.length; i++) {
        transposed[i % k * m + i / k] = weights[i];
      }
      for (int n : COLUMNS) {
        float[] b = values(6, (long) m * n);
        Tensor c = garbage(Shape.of(k, n));
        products.spmmTransposed(
            pattern, device(pattern.valuesShape(), stored), device(Shape.of(m, n), b), c, type);
        assertSame(c, product(transposed, b, k, m, n), type + " of " + size + " n " + n);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void sampledProductsAreThoseOfDenseLoops(TensorCoreType type) {
    for (int size : new int[] {8, 16, 32, 64}) {
      BsrPattern pattern = blocks(size, 4, 5);
      int m = pattern.rows();
      int k = pattern.columns();
      int[] positions = pattern.flatPositions();
      for (int n : new int[] {1, 65, 1100}) {
        float[] a = values(7, (long) m * n);
        float[] b = values(8, (long) k * n);
        float[] expected = new float[positions.length];
        for (int p = 0; p < positions.length; p++) {
          for (int j = 0; j < n; j++) {
            expected[p] += a[positions[p] / k * n + j] * b[positions[p] % k * n + j];
          }
        }
        Tensor out = garbage(pattern.valuesShape());
        products.sddmm(pattern, device(Shape.of(m, n), a), device(Shape.of(k, n), b), out, type);
        assertSame(out, expected, type + " of " + size + " n " + n);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void twoOfFourProductsAreThoseOfDenseLoops(int shared) {
    var structure = new Granularity.NOfM(2, 4, shared);
    for (int[] extent : new int[][] {{4, 4}, {20, 36}, {64, 32}, {68, 100}}) {
      int m = extent[0];
      int k = extent[1];
      byte[] positions = new byte[m / shared * k / 2];
      var generator = new Generator(m);
      for (int p = 0; p < positions.length; p += 2) {
        positions[p] = (byte) (3 * generator.nextDouble());
        positions[p + 1] = (byte) (positions[p] + 1 + (3 - positions[p]) * generator.nextDouble());
      }
      NmPattern pattern = NmPattern.of(m, k, structure, positions);
      float[] stored = values(9, pattern.nnz());
      float[] weights = dense(pattern, stored);
      for (int n : COLUMNS) {
        float[] b = values(10, (long) k * n);
        for (var type : new TensorCoreType[] {TensorCoreType.BFLOAT16, TensorCoreType.FLOAT16}) {
          Tensor c = garbage(Shape.of(m, n));
          products.spmm(
              pattern,
              device(pattern.valuesShape(), stored),
              device(Shape.of(k, n), b),
              0,
              c,
              Epilogue.NONE,
              type);
          String what = "%s %dx%d n %d".formatted(type, m, k, n);
          assertSame(c, product(weights, b, m, k, n), what);
        }
      }
    }
  }

  @Test
  void refusesWhatTensorCoresDoNotTake() {
    var wrong = new BsrPattern(CsrPattern.of(1, 1, new int[] {0, 1}, new int[] {0}), 8, 16);
    Tensor any = device(Shape.of(1, 1), 0);
    assertThatThrownBy(
            () -> products.spmm(wrong, any, any, 0, any, Epilogue.NONE, TensorCoreType.TF32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8×16");
    NmPattern nm = NmPattern.of(1, 4, new Granularity.NOfM(2, 4), (byte) 0, (byte) 1);
    assertThatThrownBy(
            () -> products.spmm(nm, any, any, 0, any, Epilogue.NONE, TensorCoreType.TF32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tf32");
  }
}
