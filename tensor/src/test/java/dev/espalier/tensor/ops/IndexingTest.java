package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class IndexingTest extends OpsTest {
  private static Tensor index(long... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  @Test
  void gatherRowsTakesIndicesOfAnyShape() {
    Tensor x = counting(3, 2);
    Tensor out = Indexing.gatherRows(x, Tensor.of(Shape.of(2, 1), 2L, 0L));
    assertShape(out, 2, 1, 2);
    assertValues(out, 4, 5, 0, 1);
    assertValues(Indexing.gatherRows(vector(7, 8, 9), index(1, 1)), 8, 8);
    assertShape(Indexing.gatherRows(counting(2, 3, 4), index()), 0, 3, 4);
    Tensor bytes = Tensor.of(Shape.of(2, 2), 1, 2, 3, 4).to(DType.UINT8);
    assertValues(Indexing.gatherRows(bytes.transpose(), index(1)), 2, 4);
  }

  @Test
  void scatterAddRowsAddsInPlace() {
    Tensor out = counting(2, 2);
    Indexing.scatterAddRows(matrix(2, 2, 10, 20, 30, 40), index(1, 1), out);
    assertValues(out, 0, 1, 42, 63);
    assertThatThrownBy(() -> Indexing.scatterAddRows(matrix(1, 2, 1, 1), index(0), out.transpose()))
        .hasMessageContaining("out is written in place and must be contiguous");
    assertThatThrownBy(() -> Indexing.scatterAddRows(vector(1, 1), index(0), out))
        .hasMessage("scatterAddRows: source must have shape [1, 2] but has [2]");
  }

  @Test
  void pickAndUnpickAreAdjoint() {
    Tensor x = counting(2, 3);
    assertValues(Indexing.pick(x, index(2, 0)), 2, 3);
    assertValues(Indexing.pick(x.transpose(), index(1, 0, 1)), 3, 1, 5);
    assertValues(Indexing.unpick(vector(7, 8), index(2, 0), 3), 0, 0, 7, 8, 0, 0);
  }

  @Test
  void indicesOutsideAreNamedBeforeAnythingIsRead() {
    Tensor x = counting(2, 3);
    assertThatThrownBy(() -> Indexing.gatherRows(x, index(0, 2)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("gatherRows: index 2 at position 1 lies outside [0, 2)");
    assertThatThrownBy(() -> Indexing.pick(x, index(-1, 0)))
        .hasMessage("pick: index -1 at position 0 lies outside [0, 3)");
    assertThatThrownBy(() -> Indexing.unpick(vector(1), index(3), 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Indexing.scatterAddRows(matrix(1, 3, 1, 1, 1), index(5), x))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Indexing.pick(x, index(0)))
        .hasMessage("pick: index must have shape [2] but has [1]");
    assertThatThrownBy(() -> Indexing.gatherRows(x, vector(0)))
        .hasMessage(
            "gatherRows: index must be int64 but is float64; convert it with to(DType.INT64)");
  }

  @Test
  void concatJoinsAlongAnyAxis() {
    Tensor a = counting(2, 2);
    assertValues(Indexing.concat(0, a, matrix(1, 2, 8, 9)), 0, 1, 2, 3, 8, 9);
    assertValues(Indexing.concat(-1, a, matrix(2, 1, 8, 9)), 0, 1, 8, 2, 3, 9);
    assertValues(Indexing.concat(0, a, matrix(0, 2)), 0, 1, 2, 3);
    assertThatThrownBy(() -> Indexing.concat(0, a, vector(1)))
        .hasMessage("concat: shapes [2, 2] and [1] differ in another axis than 0");
    assertThatThrownBy(() -> Indexing.concat(0)).hasMessage("concat: needs at least one tensor");
    assertThatThrownBy(() -> Indexing.concat(0, a, zeros(1, 2)))
        .hasMessageContaining("different types");
  }

  @Test
  void padSurroundsWithTheValue() {
    Tensor out = Indexing.pad(matrix(1, 2, 1, 2), new int[] {1, 0}, new int[] {0, 1}, 9);
    assertShape(out, 2, 3);
    assertValues(out, 9, 9, 9, 1, 2, 9);
    assertValues(Indexing.pad(zeros(), new int[0], new int[0], 9), 0);
    assertThatThrownBy(() -> Indexing.pad(vector(1), new int[] {-1}, new int[] {0}, 0))
        .hasMessageContaining("amounts must be >= 0 but axis 0 has -1 and 0");
    assertThatThrownBy(() -> Indexing.pad(vector(1), new int[2], new int[1], 0))
        .hasMessageContaining("for each axis of [1] but got 2 and 1");
  }

  @Test
  void oneHotAddsAnAxisOfClasses() {
    Tensor out = Indexing.oneHot(Tensor.of(Shape.of(1, 2), 2L, 0L), 3, DType.FLOAT32);
    assertShape(out, 1, 2, 3);
    assertValues(out, 0, 0, 1, 1, 0, 0);
    assertThat(out.dtype()).isEqualTo(DType.FLOAT32);
  }
}
