package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Coo;
import dev.espalier.tensor.sparse.Csr;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.SparseTensor;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SparseFilesTest {
  @TempDir Path directory;

  private final Scope scope = Scope.open("test");

  @AfterEach
  void closeScope() {
    scope.close();
  }

  /**
   *
   *
   * <pre>
   * . 1 . 2
   * . . . .
   * 3 . 4 .
   * </pre>
   */
  private static Csr matrix() {
    var pattern = CsrPattern.of(3, 4, new int[] {0, 2, 2, 4}, new int[] {1, 3, 0, 2});
    return new Csr(pattern, Tensor.of(Shape.of(4), 1f, 2, 3, 4));
  }

  private SparseTensor roundTrip(SparseTensor tensor) {
    Path path = directory.resolve("sparse.safetensors");
    new SafeTensorsWriter().sparse("w", tensor).write(path);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(file.sparseNames()).containsExactly("w");
      return file.sparse("w");
    }
  }

  private void assertReadsBackEqual(SparseTensor tensor) {
    SparseTensor back = roundTrip(tensor);
    assertThat(back.samePattern(tensor)).isTrue();
    assertThat(back.dtype()).isEqualTo(tensor.dtype());
    assertThat(back.values().toDoubleArray()).containsExactly(tensor.values().toDoubleArray());
  }

  @Test
  void everyFormatReadsBackEqual() {
    assertReadsBackEqual(matrix());
    assertReadsBackEqual(matrix().toCoo());
    assertReadsBackEqual(matrix().toBsr(1, 2));
    assertReadsBackEqual(matrix().toBsr(3, 4));
    assertReadsBackEqual(matrix().toNm(new Granularity.NOfM(2, 4)));
    assertReadsBackEqual(matrix().toNm(new Granularity.NOfM(4, 4, 3)));
  }

  @Test
  void convolutionWeightsKeepTheirShape() {
    Tensor weight = Tensor.zeros(DType.FLOAT64, Shape.of(2, 3, 2, 2));
    weight.set(0.1, 0, 2, 1, 0);
    weight.set(-7, 1, 0, 0, 1);
    SparseTensor sparse = SparseTensor.fromDense(weight);
    assertReadsBackEqual(sparse);
    assertThat(roundTrip(sparse).shape()).isEqualTo(weight.shape());
  }

  @Test
  void emptyPatternsReadBackEqual() {
    assertReadsBackEqual(SparseTensor.fromDense(Tensor.zeros(DType.FLOAT32, Shape.of(2, 4))));
    assertReadsBackEqual(
        SparseTensor.fromDense(Tensor.zeros(DType.FLOAT32, Shape.of(2, 4))).toBsr(2, 2));
    assertReadsBackEqual(SparseTensor.fromDense(Tensor.zeros(DType.FLOAT32, Shape.of(0, 4))));
    for (Shape shape : new Shape[] {Shape.of(2, 4), Shape.of(0, 4), Shape.of(2, 0)}) {
      Csr empty = SparseTensor.fromDense(Tensor.zeros(DType.FLOAT32, shape));
      assertReadsBackEqual(empty.toNm(new Granularity.NOfM(1, 2, 2)));
    }
  }

  @Test
  void partsArePlainTensorsToOthers() {
    Path path = directory.resolve("parts.safetensors");
    new SafeTensorsWriter().sparse("w", matrix()).write(path);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(file.names()).containsExactly("w.row_offsets", "w.column_indices", "w.values");
      assertThat(file.tensor("w.row_offsets").toLongArray()).containsExactly(0, 2, 2, 4);
      assertThat(file.metadata())
          .containsEntry("espalier.sparse.w", "{\"format\":\"csr\",\"shape\":[3,4]}");
    }
  }

  @Test
  void writingLeavesTheTensorOpenAndKeepsNoMemory() {
    Csr matrix = matrix();
    long before = Memory.stats().bytesInUse();
    new SafeTensorsWriter().sparse("w", matrix).write(directory.resolve("w"));
    assertThat(Memory.stats().bytesInUse()).isLessThanOrEqualTo(before);
    assertThat(matrix.values().get(0)).isEqualTo(1);
  }

  @Test
  void unmarkedNamesAreNotSparseTensors() {
    Path path = directory.resolve("plain.safetensors");
    new SafeTensorsWriter().tensor("w.values", Tensor.of(Shape.of(1), 1f)).write(path);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThatThrownBy(() -> file.sparse("w"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no sparse tensor 'w'");
    }
  }

  // ---- hostile files

  private Path written(String description, Tensor rowOffsets, Tensor columns, Tensor values) {
    Path path = directory.resolve("bad.safetensors");
    new SafeTensorsWriter()
        .metadata("espalier.sparse.w", description)
        .tensor("w.row_offsets", rowOffsets)
        .tensor("w.column_indices", columns)
        .tensor("w.values", values)
        .write(path);
    return path;
  }

  private static Tensor ints(int... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  private static Tensor floats(float... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  private static String csr(String shape) {
    return "{\"format\":\"csr\",\"shape\":" + shape + "}";
  }

  private static TensorFileException refusal(Path path, String field) {
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      return Refusal.afterReading(path, field, () -> file.sparse("w"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "csr",
        "{}",
        "{\"format\":\"csr\"}",
        "{\"format\":1,\"shape\":[1,2]}",
        "{\"format\":\"csr\",\"shape\":\"[1,2]\"}",
        "{\"format\":\"csr\",\"shape\":[1.0,2]}",
        "{\"format\":\"csr\",\"shape\":[null,2]}",
        "{\"format\":\"csr\",\"shape\":[-1,2]}",
        "{\"format\":\"csr\",\"shape\":[2147483648,2]}",
        "{\"format\":\"csr\",\"shape\":[1,2],\"more\":0}",
        "{\"format\":\"dia\",\"shape\":[1,2]}"
      })
  void malformedDescription(String description) {
    refusal(written(description, ints(0, 1), ints(0), floats(1)), "sparse tensor 'w'");
  }

  @Test
  void missingPart() {
    Path path = directory.resolve("bad.safetensors");
    new SafeTensorsWriter()
        .metadata("espalier.sparse.w", csr("[1,2]"))
        .tensor("w.values", floats(1))
        .write(path);
    assertThat(refusal(path, "sparse tensor 'w'")).hasMessageContaining("'w.row_offsets'");
  }

  @Test
  void indicesOfAnotherTypeOrRank() {
    Tensor longs = Tensor.of(Shape.of(2), 0L, 1L);
    refusal(written(csr("[1,2]"), longs, ints(0), floats(1)), "tensor 'w.row_offsets'");
    refusal(
        written(csr("[1,2]"), ints(0, 1), ints(0).reshape(1, 1), floats(1)),
        "tensor 'w.column_indices'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0 1 2; 0 2", // column out of range
        "0 1 2; 0 -1",
        "0 2 2; 1 0", // not ascending
        "0 2 2; 1 1",
        "0 2 1; 0 1", // offsets not ascending
        "1 1 2; 0 1",
        "0 1 3; 0 1", // offsets beyond nnz
        "0 1; 0 1", // too few offsets
        "0 1 2 2; 0 1", // too many
        "-2147483648 1 2; 0 1",
        "0 2147483647 2; 0 1"
      })
  void invalidCsrIndices(String offsets, String columns) {
    Path path = written(csr("[2,2]"), ints(parse(offsets)), ints(parse(columns)), floats(1, 2));
    refusal(path, "sparse tensor 'w'");
  }

  private static int[] parse(String numbers) {
    return Arrays.stream(numbers.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @Test
  void valuesOfAnotherCountOrType() {
    refusal(written(csr("[1,2]"), ints(0, 1), ints(0), floats(1, 2)), "sparse tensor 'w'");
    refusal(written(csr("[1,2]"), ints(0, 1), ints(0), ints(1)), "sparse tensor 'w'");
    refusal(written(csr("[1,2]"), ints(0, 1), ints(0), ints(1)), "sparse tensor 'w'");
  }

  @Test
  void hugeShapeWithFewBytes() {
    refusal(
        written(csr("[2147483647,2147483647]"), ints(0, 1), ints(0), floats(1)),
        "sparse tensor 'w'");
    refusal(
        written(csr("[0,2147483647,2147483647,2147483647]"), ints(0), ints(), floats()),
        "sparse tensor 'w'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1 4", "2 2 1", "0 2 2", "1 0 2", "1 2 3"})
  void blocksThatDoNotTileTheMatrix(String shape) {
    Tensor values = Tensor.zeros(DType.FLOAT32, Shape.of(parse(shape)));
    Path path = written("{\"format\":\"bsr\",\"shape\":[3,4]}", ints(0, 1), ints(0), values);
    refusal(path, "sparse tensor 'w' values");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "nm-2:4; 1 2 2; 0 1 1 1", // not ascending
        "nm-2:4; 1 2 2; 0 1 1 4", // not among the four
        "nm-2:4; 1 2 2; 0 1 1 255",
        "nm-2:4; 2 1 2; 0 1 0 1", // another shape
        "nm-2:4; 4; 0 1 0 1",
        "nm-2:4; 1 2 1; 0 1", // too few
        "nm-2:4; 1 2 3; 0 1 2 0 1 2", // too many
        "nm-2:3; 1 2 2; 0 1 0 1", // columns not divisible
        "nm-2:4x2; 1 2 2; 0 1 0 1", // rows not divisible
        "nm-; 1 2 2; 0 1 0 1",
        "nm-3; 1 2 2; 0 1 0 1",
        "nm-5:4; 1 2 2; 0 1 0 1",
        "nm-2:999999999; 1 2 2; 0 1 0 1",
        "nm-element; 1 2 2; 0 1 0 1",
        "nm-block-1x4; 1 2 2; 0 1 0 1"
      })
  void invalidNmPositions(String format, String shape, String positions) {
    refusal(
        nm(format, Tensor.of(Shape.of(parse(shape)), parse(positions)).to(DType.UINT8)),
        "sparse tensor 'w'");
  }

  @Test
  void nmPositionsOfAnotherTypeOrNone() {
    refusal(nm("nm-2:4", Tensor.of(Shape.of(1, 2, 2), 0, 1, 0, 1)), "tensor 'w.positions'");
    Path path = written("{\"format\":\"nm-2:4\",\"shape\":[1,4]}", ints(), ints(), floats(1, 2));
    assertThat(refusal(path, "sparse tensor 'w'")).hasMessageContaining("'w.positions'");
  }

  private Path nm(String format, Tensor positions) {
    Path path = directory.resolve("nm.safetensors");
    new SafeTensorsWriter()
        .metadata("espalier.sparse.w", "{\"format\":\"" + format + "\",\"shape\":[1,8]}")
        .tensor("w.positions", positions)
        .tensor("w.values", Tensor.zeros(DType.FLOAT32, Shape.of(1, 2, 2, 1)))
        .write(path);
    return path;
  }

  @Test
  void cooEntriesOutOfRangeOrTwice() {
    for (int[] rows : new int[][] {{0, 2}, {0, -1}, {1, 1}}) {
      Path path = directory.resolve("coo.safetensors");
      new SafeTensorsWriter()
          .metadata("espalier.sparse.w", "{\"format\":\"coo\",\"shape\":[2,2]}")
          .tensor("w.row_indices", ints(rows))
          .tensor("w.column_indices", ints(1, 1))
          .tensor("w.values", floats(1, 2))
          .write(path);
      refusal(path, "sparse tensor 'w'");
    }
  }

  @Test
  void unsortedCooEntriesAreSorted() {
    Path path = directory.resolve("coo.safetensors");
    new SafeTensorsWriter()
        .metadata("espalier.sparse.w", "{\"format\":\"coo\",\"shape\":[2,2]}")
        .tensor("w.row_indices", ints(1, 0))
        .tensor("w.column_indices", ints(0, 1))
        .tensor("w.values", floats(5, 6))
        .write(path);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      Coo coo = (Coo) file.sparse("w");
      assertThat(coo.rowIndices()).containsExactly(0, 1);
      assertThat(coo.values().toFloatArray()).containsExactly(6, 5);
    }
  }
}
