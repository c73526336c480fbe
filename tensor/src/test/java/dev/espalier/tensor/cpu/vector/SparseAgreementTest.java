package dev.espalier.tensor.cpu.vector;

import static dev.espalier.tensor.cpu.vector.Agreement.check;
import static dev.espalier.tensor.cpu.vector.Agreement.empty;
import static dev.espalier.tensor.cpu.vector.Agreement.random;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sparse kernels on operands of several tasks and panels; {@link VectorBackendTest} has the small
 * and odd ones.
 */
class SparseAgreementTest {
  private static final double TOLERANCE = 1e-5;

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  /** Rows of very different length: none, some, and every entry. */
  private static CsrPattern pattern(int rows, int columns, double density) {
    var random = new SplittableRandom(rows * 31L + columns);
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int nnz = 0;
    for (int row = 0; row < rows; row++) {
      double chance = row % 17 == 3 ? 0 : row % 41 == 7 ? 1 : density * 2 * row / rows;
      for (int column = 0; column < columns; column++) {
        if (random.nextDouble() < chance) {
          indices[nnz++] = column;
        }
      }
      offsets[row + 1] = nnz;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, nnz));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8, 17, 33, 64, 100, 600})
  void spmmAgrees(int n) {
    CsrPattern pattern = pattern(300, 257, 0.1);
    check(
        TOLERANCE,
        backend -> {
          Tensor values = random(1, pattern.nnz());
          Tensor b = random(2, 257, n);
          Tensor plain = empty(300, n);
          Tensor full = random(3, 300, n);
          backend.spmm(pattern, values, b, 0, plain, Epilogue.NONE);
          backend.spmm(
              pattern, values, b, 0.5, full, new Epilogue(random(4, 300), random(5, n), true));
          return new Tensor[] {plain, full};
        });
  }

  @ParameterizedTest
  @CsvSource({"40, 2100, 70", "10, 9000, 70", "64, 300, 1024"})
  void spmmAgreesForDeepOperandsAndCollidingRows(int rows, int depth, int n) {
    CsrPattern pattern = pattern(rows, depth, 0.1);
    check(
        TOLERANCE,
        backend -> {
          Tensor c = empty(rows, n);
          backend.spmm(pattern, random(1, pattern.nnz()), random(2, depth, n), 0, c, Epilogue.NONE);
          return new Tensor[] {c};
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 16, 64, 100, 259})
  void spmmAgreesForTransposedOperands(int n) {
    CsrPattern pattern = pattern(300, 257, 0.1);
    check(
        TOLERANCE,
        backend -> {
          Tensor y = empty(n, 300);
          Tensor b = random(2, n, 257).transpose();
          var epilogue = new Epilogue(random(4, 300), random(5, n), true);
          backend.spmm(pattern, random(1, pattern.nnz()), b, 0, y.transpose(), epilogue);
          return new Tensor[] {y};
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 17, 100, 1024, 1601})
  void sddmmAgrees(int n) {
    CsrPattern pattern = pattern(150, 257, 0.1);
    check(
        TOLERANCE,
        backend -> {
          Tensor out = empty(pattern.nnz());
          backend.sddmm(pattern, random(1, 150, n), random(2, 257, n), out);
          return new Tensor[] {out};
        });
  }

  @Test
  void sddmmAgreesWhereTheDenseRowsArePacked() {
    CsrPattern pattern = pattern(400, 600, 0.2);
    check(
        TOLERANCE,
        backend -> {
          Tensor out = empty(pattern.nnz());
          backend.sddmm(pattern, random(1, 400, 530), random(2, 600, 530), out);
          return new Tensor[] {out};
        });
  }

  /** Packed rows end in the middle of vectors; what an earlier product left there is not added. */
  @ParameterizedTest
  @ValueSource(ints = {17, 49, 213})
  void sddmmAgreesAfterInfiniteOperands(int n) {
    CsrPattern pattern = pattern(150, 257, 0.1);
    check(
        TOLERANCE,
        backend -> {
          Tensor infinite = Tensor.full(DType.FLOAT32, Shape.of(257, 256), Float.POSITIVE_INFINITY);
          backend.spmm(
              pattern, random(3, pattern.nnz()), infinite, 0, empty(150, 256), Epilogue.NONE);
          Tensor out = empty(pattern.nnz());
          backend.sddmm(pattern, random(1, 150, n), random(2, 257, n), out);
          return new Tensor[] {out};
        });
  }

  @ParameterizedTest
  @CsvSource({"4, 4", "3, 5", "1, 4", "2, 1", "16, 16", "7, 8"})
  void blockSparseProductsAgree(int height, int width) {
    productsAgree(new BsrPattern(pattern(40, 30, 0.2), height, width));
  }

  @ParameterizedTest
  @CsvSource({"2, 4, 1", "2, 4, 2", "2, 4, 4", "1, 4, 4", "4, 8, 1", "4, 8, 4", "5, 64, 6"})
  void nmProductsAgree(int n, int m, int rows) {
    var structure = new Granularity.NOfM(n, m, rows);
    Mask mask = Mask.keepLargestPerGroup(random(6, 20 * rows, 8 * m), structure);
    productsAgree(mask.nm(structure));
  }

  @Test
  void nmProductsAgreeForDeepOperands() {
    var structure = new Granularity.NOfM(1, 4, 4);
    productsAgree(Mask.keepLargestPerGroup(random(6, 12, 4400), structure).nm(structure));
  }

  private static void productsAgree(SparsePattern pattern) {
    int[] stored = pattern.valuesShape().toArray();
    for (int n : new int[] {1, 5, 16, 70, 300}) {
      check(
          TOLERANCE,
          backend -> {
            Tensor values = random(1, stored);
            Tensor b = random(2, pattern.columns(), n);
            Tensor plain = empty(pattern.rows(), n);
            Tensor full = random(3, pattern.rows(), n);
            var epilogue = new Epilogue(random(4, pattern.rows()), random(5, n), true);
            backend.spmm(pattern, values, b, 0, plain, Epilogue.NONE);
            backend.spmm(pattern, values, b, 0.5, full, epilogue);
            Tensor sampled = empty(stored);
            backend.sddmm(pattern, full, b, sampled);
            return new Tensor[] {plain, full, sampled};
          });
    }
  }
}
