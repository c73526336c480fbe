package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void sizeIsTheProductAndOneForScalars() {
    assertThat(Shape.of(2, 3, 4).size()).isEqualTo(24);
    assertThat(Shape.SCALAR.size()).isEqualTo(1);
    assertThat(Shape.of()).isSameAs(Shape.SCALAR);
    assertThat(Shape.of(2, 0).size()).isZero();
  }

  @Test
  void isAValue() {
    int[] dims = {2, 3};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.toArray()[1] = 9;
    assertThat(shape).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(shape).isNotEqualTo(Shape.of(3, 2)).hasToString("[2, 3]");
  }

  @Test
  void negativeAxesCountFromTheEnd() {
    Shape shape = Shape.of(2, 3, 4);
    assertThat(shape.dim(-1)).isEqualTo(4);
    assertThat(shape.axis(-3)).isZero();
    assertThat(shape.with(-2, 7)).isEqualTo(Shape.of(2, 7, 4));
    assertThat(shape.without(-1)).isEqualTo(Shape.of(2, 3));
    assertThatThrownBy(() -> shape.dim(3))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("axis 3 is out of range for shape [2, 3, 4]");
  }

  @Test
  void refusesNegativeAndUnaddressableExtents() {
    assertThatThrownBy(() -> Shape.of(2, -1)).hasMessageContaining("[2, -1]");
    assertThatThrownBy(() -> Shape.of(1 << 30, 1 << 30, 1 << 30))
        .hasMessageContaining("more elements than addressable");
  }

  @Test
  void rowMajorStridesIgnoreEmptyExtents() {
    assertThat(Shape.of(2, 3, 4).rowMajorStrides()).containsExactly(12, 4, 1);
    assertThat(Shape.of(2, 0, 4).rowMajorStrides()).containsExactly(4, 4, 1);
  }

  @Test
  void broadcastStretchesOnesFromTheEnd() {
    assertThat(Shape.broadcast("add", Shape.of(2, 1, 4), Shape.of(3, 1)))
        .isEqualTo(Shape.of(2, 3, 4));
    assertThat(Shape.broadcast("add", Shape.SCALAR, Shape.of(3))).isEqualTo(Shape.of(3));
    assertThat(Shape.broadcast("add", Shape.of(1), Shape.of(0))).isEqualTo(Shape.of(0));
  }

  @Test
  void broadcastNamesBothShapesAndTheAxis() {
    assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(2, 3), Shape.of(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "add: shapes [2, 3] and [2, 4] do not broadcast: axis -1 has extents 3 and 4 (equal, or"
                + " one of them 1, is needed)");
    assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(0), Shape.of(2)))
        .hasMessageContaining("extents 0 and 2");
  }
}
