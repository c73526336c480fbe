package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SparseTensorTest {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  /** {@code . a . b / . . . . / c . d .} */
  private static Csr example() {
    CsrPattern pattern = CsrPattern.of(3, 4, new int[] {0, 2, 2, 4}, new int[] {1, 3, 0, 2});
    return new Csr(pattern, Tensor.of(Shape.of(4), 1f, 2f, 3f, 4f));
  }

  static Stream<Arguments> shapesAndDensities() {
    return Stream.of(
            Shape.of(0, 4),
            Shape.of(4, 0),
            Shape.of(1, 1),
            Shape.of(4, 6),
            Shape.of(6, 2, 1, 2),
            Shape.of(4))
        .flatMap(shape -> Stream.of(0.0, 0.3, 1.0).map(density -> Arguments.of(shape, density)));
  }

  /**
   * What every sparse tensor must hold: values that fit the pattern, valid ascending indices, its
   * dense twin.
   */
  private static void assertInvariants(SparseTensor tensor, double[] dense) {
    assertThat(tensor.values().isContiguous()).isTrue();
    assertThat(tensor.nnz()).isEqualTo((int) tensor.values().size());
    assertThat(tensor.density()).isBetween(0.0, 1.0);
    CsrPattern grid =
        switch (tensor) {
          case Csr csr -> csr.pattern();
          case Bsr bsr -> bsr.pattern().blocks();
          case Nm nm -> nm.pattern().shared();
          case Coo coo -> coo.pattern();
        };
    assertThat(CsrPattern.of(grid.rows(), grid.columns(), grid.rowOffsets(), grid.columnIndices()))
        .isEqualTo(grid);
    Tensor back = tensor.dense();
    assertThat(back.shape()).isEqualTo(tensor.shape());
    assertThat(back.toDoubleArray()).isEqualTo(dense);
  }

  @ParameterizedTest
  @MethodSource("shapesAndDensities")
  void everyFormatRoundTripsThroughEveryOther(Shape shape, double density) {
    Mask mask = RandomSparse.mask(shape, density, 1);
    Tensor dense = mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 2));
    double[] expected = dense.toDoubleArray();
    Csr csr = SparseTensor.fromDense(dense);
    assertThat(csr.nnz()).isEqualTo(mask.kept());
    int height = csr.pattern().rows() % 2 == 0 ? 2 : 1;
    int width = csr.pattern().columns() % 2 == 0 ? 2 : 1;
    Bsr bsr = csr.toBsr(height, width);
    Coo coo = csr.toCoo();
    // everything may be kept where n is m
    var structure = new Granularity.NOfM(width, width, height);
    for (SparseTensor tensor : List.of(csr, bsr, coo, csr.toNm(structure))) {
      assertInvariants(tensor, expected);
      assertInvariants(tensor.toCsr(), expected);
      assertInvariants(tensor.toCoo(), expected);
      assertInvariants(tensor.toBsr(height, width), expected);
      assertInvariants(tensor.toBsr(1, 1), expected);
      assertInvariants(tensor.toNm(structure), expected);
      assertThat(tensor.transpose().transpose().dense().toDoubleArray()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 1", "2, 4, 1", "2, 4, 2", "2, 4, 4", "4, 8, 1", "4, 8, 4", "3, 8, 3"})
  void nmRoundTripsThroughEveryOther(int n, int m, int rows) {
    var structure = new Granularity.NOfM(n, m, rows);
    Shape shape = Shape.of(12, 2, 2, 4);
    Mask mask = Mask.keepLargestPerGroup(RandomSparse.tensor(DType.FLOAT32, shape, 5), structure);
    Tensor dense = mask.apply(RandomSparse.tensor(DType.FLOAT32, shape, 6));
    double[] expected = dense.toDoubleArray();
    Nm nm = SparseTensor.fromDense(dense, mask).toNm(structure);
    assertThat(nm.nnz()).isEqualTo(mask.kept());
    assertThat(nm.pattern()).isEqualTo(mask.nm(structure));
    for (SparseTensor tensor :
        List.of(nm, nm.toCsr(), nm.toCoo(), nm.toBsr(4, 2), nm.toNm(structure), nm.scale(1))) {
      assertInvariants(tensor, expected);
    }
    assertInvariants(nm.toCoo().toNm(structure), expected);
    assertThat(nm.toCsr().toNm(structure).samePattern(nm)).isTrue();
    assertThat(nm.samePattern(nm.toCsr())).isFalse();
    double[] transposed = dense.reshape(12, 16).transpose().toDoubleArray();
    assertInvariants(nm.transpose(), transposed);
    assertInvariants(nm.add(nm).scale(0.5), expected);
  }

  @ParameterizedTest
  @MethodSource("shapesAndDensities")
  void transposeMatchesTheDenseTranspose(Shape shape, double density) {
    Tensor dense =
        RandomSparse.mask(shape, density, 3).apply(RandomSparse.tensor(DType.FLOAT64, shape, 4));
    Csr csr = SparseTensor.fromDense(dense);
    int rows = csr.pattern().rows();
    int columns = csr.pattern().columns();
    double[] expected = dense.reshape(rows, columns).transpose().toDoubleArray();
    assertInvariants(csr.transpose(), expected);
    assertInvariants(csr.toCoo().transpose(), expected);
    assertInvariants(csr.toBsr(1, columns % 2 == 0 ? 2 : 1).transpose(), expected);
    assertThat(csr.transpose().shape()).isEqualTo(Shape.of(columns, rows));
  }

  @Test
  void exampleLooksAsDocumented() {
    Csr csr = example();
    assertThat(csr.dense().toDoubleArray()).containsExactly(0, 1, 0, 2, 0, 0, 0, 0, 3, 0, 4, 0);
    Coo coo = csr.toCoo();
    assertThat(coo.rowIndices()).containsExactly(0, 0, 2, 2);
    assertThat(coo.columnIndices()).containsExactly(1, 3, 0, 2);
    Bsr bsr = csr.toBsr(1, 2);
    assertThat(bsr.pattern().blocks().rowOffsets()).containsExactly(0, 2, 2, 4);
    assertThat(bsr.pattern().blocks().columnIndices()).containsExactly(0, 1, 0, 1);
    assertThat(bsr.values().toDoubleArray()).containsExactly(0, 1, 0, 2, 3, 0, 4, 0);
    assertThat(bsr.values().shape()).isEqualTo(Shape.of(4, 1, 2));
    assertThat(bsr.density()).isEqualTo(8.0 / 12);
  }

  @Test
  void fromDenseWithAMaskKeepsExplicitZeros() {
    Tensor dense = Tensor.of(Shape.of(2, 2), 0f, 5f, 6f, 7f);
    Csr csr = SparseTensor.fromDense(dense, Mask.of(Shape.of(2, 2), true, false, true, false));
    assertThat(csr.values().toDoubleArray()).containsExactly(0, 6);
    assertThat(csr.toCoo().toCsr().nnz()).isEqualTo(2);
    assertThat(csr.toBsr(1, 1).nnz()).isEqualTo(2);
  }

  @Test
  void arithmeticKeepsThePattern() {
    for (SparseTensor tensor : List.of(example(), example().toCoo(), example().toBsr(1, 2))) {
      assertInvariants(tensor.scale(2), new double[] {0, 2, 0, 4, 0, 0, 0, 0, 6, 0, 8, 0});
      assertInvariants(tensor.add(tensor), new double[] {0, 2, 0, 4, 0, 0, 0, 0, 6, 0, 8, 0});
      assertInvariants(tensor.mul(tensor), new double[] {0, 1, 0, 4, 0, 0, 0, 0, 9, 0, 16, 0});
      assertThat(tensor.samePattern(tensor.scale(3))).isTrue();
    }
  }

  @Test
  void arithmeticOfDifferentPatternsOrFormatsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> example().add(example().toCoo()))
        .withMessageContaining("must have the same format, positions and type");
    Csr other = SparseTensor.fromDense(Tensor.full(DType.FLOAT32, Shape.of(3, 4), 1));
    assertThatIllegalArgumentException().isThrownBy(() -> example().mul(other));
  }

  @Test
  void cooSortsEntriesInAnyOrder() {
    Tensor values = Tensor.of(Shape.of(4), 4f, 1f, 3f, 2f);
    Coo coo = Coo.of(Shape.of(3, 4), new int[] {2, 0, 2, 0}, new int[] {2, 1, 0, 3}, values);
    assertThat(coo.dense().toDoubleArray()).isEqualTo(example().dense().toDoubleArray());
    assertThat(values.isClosed()).isTrue();
  }

  @Test
  void cooRefusesDuplicatesAndPositionsOutside() {
    Tensor values = Tensor.of(Shape.of(2), 1f, 2f);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Coo.of(Shape.of(3, 4), new int[] {1, 1}, new int[] {2, 2}, values))
        .withMessageContaining("entries 0 and 1 are both at (1, 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Coo.of(Shape.of(3, 4), new int[] {1, 3}, new int[] {2, 2}, values))
        .withMessageContaining("entry 1 at (3, 2) lies outside the 3×4 matrix");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Coo.of(Shape.of(3, 4), new int[] {1, 1}, new int[] {2, -1}, values))
        .withMessageContaining("entry 1 at (1, -1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Coo.of(Shape.of(3, 4), new int[] {1}, new int[] {2}, values))
        .withMessageContaining("1 row indices, 1 column indices and 2 values");
    assertThat(values.isClosed()).isFalse();
  }

  @Test
  void valuesThatDoNotFitThePatternAreRefused() {
    CsrPattern pattern = example().pattern();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Csr(pattern, Tensor.of(Shape.of(3), 1f, 2f, 3f)))
        .withMessageContaining("needs contiguous values of shape [4] but they are [3]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Csr(pattern, Tensor.of(Shape.of(4), 1, 2, 3, 4)))
        .withMessageContaining("float32 or float64 but are int32");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Csr(Shape.of(4, 3), pattern, Tensor.of(Shape.of(4), 1f, 2f, 3f, 4f)))
        .withMessageContaining("the pattern is 3×4 but shape [4, 3] is the matrix 4×3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> example().toBsr(2, 2))
        .withMessageContaining("3×4 matrix is not divisible into 2×2 blocks; choose divisors");
  }

  @Test
  void closingEveryTensorReturnsAllMemory() {
    int before = Memory.stats().liveStorages();
    try (Tensor dense = RandomSparse.tensor(DType.FLOAT32, Shape.of(4, 4), 5);
        Csr csr = SparseTensor.fromDense(dense);
        Bsr bsr = csr.toBsr(2, 2);
        Coo coo = bsr.toCoo();
        Coo transposed = coo.transpose();
        Tensor back = transposed.dense()) {
      assertThat(back.size()).isEqualTo(16);
    }
    assertThat(Memory.stats().liveStorages()).isLessThanOrEqualTo(before);
  }
}
