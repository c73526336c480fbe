package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.RandomSparse;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.spi.Epilogue;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SparseOpsTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** M, K, N, density: empty, single, tile edges ± 1, primes, all zero and full. */
  static Stream<Arguments> sizes() {
    return Stream.of(
            new int[] {0, 4, 3},
            new int[] {4, 0, 3},
            new int[] {4, 4, 0},
            new int[] {1, 1, 1},
            new int[] {12, 8, 1},
            new int[] {6, 10, 7},
            new int[] {16, 16, 16},
            new int[] {34, 18, 17},
            new int[] {14, 22, 33})
        .flatMap(s -> Stream.of(0.0, 0.2, 1.0).map(d -> Arguments.of(s[0], s[1], s[2], d)));
  }

  private static List<SparseTensor> formats(Tensor dense) {
    Csr csr = SparseTensor.fromDense(dense);
    int height = dense.dim(0) % 2 == 0 ? 2 : 1;
    int width = dense.dim(1) % 2 == 0 ? 2 : 1;
    return List.of(
        csr,
        csr.toCoo(),
        csr.toBsr(height, width),
        csr.toBsr(1, width),
        csr.toNm(new Granularity.NOfM(width, width)), // any density fits where n is m
        csr.toNm(new Granularity.NOfM(width, width, height)));
  }

  private static Tensor sparse(DType type, int rows, int columns, double density) {
    Shape shape = Shape.of(rows, columns);
    return RandomSparse.mask(shape, density, 1).apply(RandomSparse.tensor(type, shape, 2));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void spmmMatchesTheReferenceInEveryFormat(int m, int k, int n, double density) {
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      Tensor a = sparse(type, m, k, density);
      Tensor b = RandomSparse.tensor(type, Shape.of(k, n), 3);
      var expected = SparseReference.matmul(a, b, null);
      for (SparseTensor format : formats(a)) {
        expected.assertMatches(SparseOps.spmm(format, b));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void spmmTransposedMatchesTheReference(int m, int k, int n, double density) {
    Tensor a = sparse(DType.FLOAT32, m, k, density);
    Tensor b = RandomSparse.tensor(DType.FLOAT32, Shape.of(m, n), 4);
    var expected = SparseReference.matmul(a.transpose().copy(), b, null);
    for (SparseTensor format : formats(a)) {
      expected.assertMatches(SparseOps.spmmTransposed(format.pattern(), format.values(), b));
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void sddmmMatchesTheReferenceAtStoredPositions(int m, int k, int n, double density) {
    Tensor a = RandomSparse.tensor(DType.FLOAT32, Shape.of(m, n), 5);
    Tensor b = RandomSparse.tensor(DType.FLOAT32, Shape.of(k, n), 6);
    var full = SparseReference.matmul(a, b.transpose().copy(), null);
    for (SparseTensor format : formats(sparse(DType.FLOAT32, m, k, density))) {
      var pattern = format.pattern();
      var expected = SparseReference.Sums.zeros(pattern.nnz(), n);
      for (int p = 0; p < pattern.nnz(); p++) {
        int flat = pattern.flatPositions()[p];
        expected.value()[p] = full.value()[flat];
        expected.magnitude()[p] = full.magnitude()[flat];
      }
      Tensor sampled = SparseOps.sddmm(pattern, a, b);
      assertThat(sampled.shape()).isEqualTo(pattern.valuesShape());
      expected.assertMatches(sampled);
    }
  }

  @Test
  void operandsMayBeStrided() {
    Tensor a = sparse(DType.FLOAT32, 6, 10, 0.4);
    Tensor b = RandomSparse.tensor(DType.FLOAT32, Shape.of(7, 10), 7);
    var expected = SparseReference.matmul(a, b.transpose().copy(), null);
    Tensor wide = RandomSparse.tensor(DType.FLOAT32, Shape.of(10, 20), 8);
    var expectedWide = SparseReference.matmul(a, wide.narrow(1, 3, 9).copy(), null);
    for (SparseTensor format : formats(a)) {
      expected.assertMatches(SparseOps.spmm(format, b.transpose()));
      expectedWide.assertMatches(SparseOps.spmm(format, wide.narrow(1, 3, 9)));
    }
  }

  @Test
  void rowsOfTheDenseOperandMayOverlap() {
    Tensor row = RandomSparse.tensor(DType.FLOAT32, Shape.of(40), 9);
    Tensor overlapping = row.asStrided(Shape.of(10, 31), 1, 1);
    Tensor a = sparse(DType.FLOAT32, 6, 10, 0.4);
    SparseReference.matmul(a, overlapping.copy(), null)
        .assertMatches(SparseOps.spmm(SparseTensor.fromDense(a), overlapping));
  }

  @Test
  void spmvMatchesTheReference() {
    Tensor a = sparse(DType.FLOAT32, 14, 22, 0.3);
    Tensor x = RandomSparse.tensor(DType.FLOAT32, Shape.of(22), 10);
    Tensor matrix = RandomSparse.tensor(DType.FLOAT32, Shape.of(22, 5), 11);
    for (SparseTensor format : formats(a)) {
      Tensor y = SparseOps.spmv(format, x);
      assertThat(y.shape()).isEqualTo(Shape.of(14));
      SparseReference.matmul(a, x.reshape(22, 1), null).assertMatches(y);
      SparseReference.matmul(a, matrix.narrow(1, 2, 1).copy(), null)
          .assertMatches(SparseOps.spmv(format, matrix.select(1, 2)));
    }
  }

  @Test
  void epilogueAddsTheRowBiasThenClamps() {
    Tensor a = Tensor.of(Shape.of(2, 2), 1f, 0f, 0f, 1f);
    Tensor b = Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, -9f);
    Tensor bias = Tensor.of(Shape.of(2), -1.5f, 1f);
    for (SparseTensor format : formats(a)) {
      assertThat(SparseOps.spmm(format, b, new Epilogue(bias, null, true)).toFloatArray())
          .containsExactly(0, 0.5f, 4, 0);
    }
  }

  @Test
  void storedPositionsAloneAreReadSoInfinityElsewhereDoesNotSpread() {
    Csr a = SparseTensor.fromDense(Tensor.of(Shape.of(1, 2), 2f, 0f));
    Tensor b = Tensor.of(Shape.of(2, 1), 3f, Float.POSITIVE_INFINITY);
    assertThat(SparseOps.spmm(a, b).item()).isEqualTo(6);
  }

  @Test
  void operandsThatDoNotFitAreRefused() {
    CsrPattern pattern = CsrPattern.of(2, 3, new int[] {0, 1, 1}, new int[] {2});
    Tensor values = Tensor.of(Shape.of(1), 1f);
    Tensor b = Tensor.zeros(DType.FLOAT32, Shape.of(2, 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseOps.spmm(pattern, values, b))
        .withMessage(
            "spmm: the sparse matrix is 2×3, so the dense operand must have 3 rows but is [2, 4]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                SparseOps.spmm(
                    pattern, b.select(0, 0), Tensor.zeros(DType.FLOAT32, Shape.of(3, 4))))
        .withMessageContaining("must have shape [1] but has [4]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseOps.sddmm(pattern, b, b))
        .withMessageContaining("a pattern of 2×3 needs a [2, N] and b [3, N]");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SparseOps.spmm(pattern, values, Tensor.zeros(DType.FLOAT64, Shape.of(3, 4))))
        .withMessageContaining("different types");
    BsrPattern blocks = new BsrPattern(pattern, 2, 2);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SparseOps.spmm(blocks, values, Tensor.zeros(DType.FLOAT32, Shape.of(6, 4))))
        .withMessageContaining("must have shape [1, 2, 2]");
  }
}
