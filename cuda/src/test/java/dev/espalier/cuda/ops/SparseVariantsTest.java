package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every variant of the sparse products, also those that the contract's small shapes do not choose:
 * columns in vectors of two and four, a tile and one more or less of them, indices of 16 and of 32
 * bits, skewed rows.
 *
 * <p>Operands are multiples of 1/64 below 1 in size, so that sums are exact, whatever their order.
 */
final class SparseVariantsTest {
  private static final Device CUDA = new Device("cuda", 0);
  private static final int[] COLUMNS = {1, 2, 3, 4, 5, 8, 30, 31, 32, 33, 36, 62, 63, 64, 65, 128};

  private final Backend backend = Backends.of(CUDA);
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static double[] values(int seed, long count) {
    double[] values = new double[Math.toIntExact(count)];
    Arrays.setAll(values, i -> (((i + seed) * 0x9E3779B1L >>> 7) % 127 - 63) / 64.0);
    return values;
  }

  private static Tensor device(DType dtype, Shape shape, double[] values) {
    return Tensor.of(shape, values).to(dtype).to(CUDA);
  }

  private static Tensor garbage(DType dtype, Shape shape) {
    return Tensor.full(dtype, shape, Double.NaN).to(CUDA);
  }

  /** Empty rows, rows of one to four columns, and one that stores every third. */
  private static CsrPattern skewed(int rows, int columns) {
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * 5 + columns];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      int count = row == rows / 2 ? Math.min(columns / 3, 300) : Math.min(row % 5, columns);
      for (int i = 0; i < count; i++) {
        indices[at++] = (int) ((i + 1L) * columns / count) - 1;
      }
      offsets[row + 1] = at;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, at));
  }

  private void checkProduct(SparsePattern pattern, DType dtype, int n) {
    int m = pattern.rows();
    int k = pattern.columns();
    double[] stored = values(1, pattern.nnz());
    double[] b = values(2, (long) k * n);
    double[] old = values(3, (long) m * n);
    double[] bias = values(4, m);
    double[] sums = new double[m * n];
    int[] offsets = pattern.elements().rowOffsets();
    int[] indices = pattern.elements().columnIndices();
    int[] order = pattern.elementOrder();
    for (int row = 0; row < m; row++) {
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        double value = stored[order == null ? p : order[p]];
        for (int j = 0; j < n; j++) {
          sums[row * n + j] += value * b[indices[p] * n + j];
        }
      }
    }
    Tensor values = device(dtype, pattern.valuesShape(), stored);
    Tensor right = device(dtype, Shape.of(k, n), b);
    Tensor c = garbage(dtype, Shape.of(m, n));
    backend.spmm(pattern, values, right, 0, c, Epilogue.NONE);
    String what = "%s %s, %d columns".formatted(dtype, pattern, n);
    assertThat(c.toDoubleArray()).as(what).containsExactly(sums);
    c = device(dtype, Shape.of(m, n), old);
    Epilogue epilogue = new Epilogue(device(dtype, Shape.of(m), bias), null, true);
    backend.spmm(pattern, values, right, -0.5, c, epilogue);
    Arrays.setAll(sums, i -> Math.max(0, sums[i] - old[i] / 2 + bias[i / n]));
    assertThat(c.toDoubleArray()).as(what).containsExactly(sums);
  }

  private void checkSampled(SparsePattern pattern, DType dtype, int n) {
    int m = pattern.rows();
    int k = pattern.columns();
    double[] a = values(5, (long) m * n);
    double[] b = values(6, (long) k * n);
    double[] sums = new double[pattern.nnz()];
    int[] offsets = pattern.elements().rowOffsets();
    int[] indices = pattern.elements().columnIndices();
    int[] order = pattern.elementOrder();
    for (int row = 0; row < m; row++) {
      for (int p = offsets[row]; p < offsets[row + 1]; p++) {
        for (int j = 0; j < n; j++) {
          sums[order == null ? p : order[p]] += a[row * n + j] * b[indices[p] * n + j];
        }
      }
    }
    Tensor out = garbage(dtype, pattern.valuesShape());
    backend.sddmm(pattern, device(dtype, Shape.of(m, n), a), device(dtype, Shape.of(k, n), b), out);
    assertThat(out.toDoubleArray())
        .as("%s sampled at %s, %d columns", dtype, pattern, n)
        .containsExactly(sums);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void elementsWithNarrowIndices(DType dtype) {
    CsrPattern pattern = skewed(37, 401);
    for (int n : COLUMNS) {
      checkProduct(pattern, dtype, n);
      checkSampled(pattern, dtype, n);
    }
    checkSampled(pattern, dtype, 1100);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void elementsWithWideIndices(DType dtype) {
    CsrPattern pattern = skewed(13, (1 << 16) + 1);
    for (int n : new int[] {1, 2, 3, 4, 5, 30, 31, 32, 36, 62, 63, 64}) {
      checkProduct(pattern, dtype, n);
    }
    for (int n : new int[] {5, 30, 36}) {
      checkSampled(pattern, dtype, n);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "2, 3", "3, 1", "4, 1", "4, 4", "5, 2", "8, 1", "8, 8", "11, 3", "16, 16"})
  void blocks(int height, int width) {
    BsrPattern pattern = new BsrPattern(skewed(9, 31), height, width);
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (int n : new int[] {5, 30, 31, 36, 127, 128, 132}) {
        checkProduct(pattern, dtype, n);
        checkSampled(pattern, dtype, n);
      }
    }
  }
}
