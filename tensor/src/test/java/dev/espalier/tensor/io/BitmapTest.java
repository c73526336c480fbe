package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Mask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BitmapTest {
  @Test
  void theFirstElementIsTheLowestBitOfTheFirstByte() {
    Mask mask = Mask.of(Shape.of(10), i -> i == 0 || i == 2 || i == 9);
    Tensor bitmap = Bitmap.pack(mask);
    assertThat(bitmap.dtype()).isEqualTo(DType.UINT8);
    assertThat(bitmap.toLongArray()).containsExactly(0b101, 0b10);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 63, 64, 65, 1009})
  void roundTrip(int size) {
    Mask mask = Mask.of(Shape.of(size), i -> i * 7 % 5 < 2);
    assertThat(Bitmap.unpack("m", Bitmap.pack(mask), Shape.of(size))).isEqualTo(mask);
  }

  @Test
  void stridedBitmapsAreRead() {
    Tensor everySecond = Tensor.of(Shape.of(2, 2), 5, 0, 2, 0).to(DType.UINT8).select(1, 0);
    assertThat(Bitmap.unpack("m", everySecond, Shape.of(10)).positions()).containsExactly(0, 2, 9);
  }

  @Test
  void otherLengthsTypesAndPaddingBitsAreRefused() {
    Tensor two = Tensor.of(Shape.of(2), 0, 4).to(DType.UINT8);
    assertThatThrownBy(() -> Bitmap.unpack("mask/w", two, Shape.of(17)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'mask/w'")
        .hasMessageContaining("3 bytes of uint8, not 2");
    assertThatThrownBy(() -> Bitmap.unpack("m", two.to(DType.INT32), Shape.of(16)))
        .hasMessageContaining("int32");
    assertThatThrownBy(() -> Bitmap.unpack("m", two, Shape.of(10)))
        .hasMessageContaining("behind the last element");
    assertThat(Bitmap.unpack("m", two, Shape.of(11)).positions()).containsExactly(10);
  }
}
