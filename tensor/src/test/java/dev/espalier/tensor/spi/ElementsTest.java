package dev.espalier.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class ElementsTest {
  private static double stored(DType dtype, double value) {
    MemorySegment memory = MemorySegment.ofArray(new long[2]);
    Elements.set(dtype, memory, 1, value);
    return Elements.get(dtype, memory, 1);
  }

  @Test
  void sixteenBitFloatsRoundOnceToNearestEven() {
    for (DType dtype : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
      double unit = dtype == DType.BFLOAT16 ? 0x1p-7 : 0x1p-10;
      assertThat(stored(dtype, 1 + unit / 2)).as("tie to even, down").isEqualTo(1);
      assertThat(stored(dtype, 1 + 1.5 * unit)).as("tie to even, up").isEqualTo(1 + 2 * unit);
      // a float would round this to the tie and lose the direction
      assertThat(stored(dtype, 1 + unit / 2 + 0x1p-40)).isEqualTo(1 + unit);
      assertThat(stored(dtype, 1 + 1.5 * unit - 0x1p-40)).isEqualTo(1 + unit);
      assertThat(stored(dtype, -(1 + unit / 2 + 0x1p-40))).isEqualTo(-1 - unit);
      assertThat(stored(dtype, 1e300)).isInfinite().isPositive();
      assertThat(stored(dtype, Double.NEGATIVE_INFINITY)).isInfinite().isNegative();
      assertThat(stored(dtype, Double.NaN)).isNaN();
      assertThat(stored(dtype, -0.0)).isEqualTo(-0.0);
    }
  }

  @Test
  void largestFiniteValuesSurvive() {
    assertThat(stored(DType.FLOAT16, 65504)).isEqualTo(65504);
    assertThat(stored(DType.FLOAT16, 65519.99)).isEqualTo(65504);
    assertThat(stored(DType.FLOAT16, 65520)).isInfinite();
    assertThat(stored(DType.BFLOAT16, 0x1.fep127)).isEqualTo(0x1.fep127);
    assertThat(stored(DType.BFLOAT16, Float.MAX_VALUE)).isInfinite();
  }

  @Test
  void integersTruncateAndSaturate() {
    assertThat(stored(DType.UINT8, 255.9)).isEqualTo(255);
    assertThat(stored(DType.UINT8, -0.9)).isZero();
    assertThat(stored(DType.INT8, -1000)).isEqualTo(-128);
    assertThat(stored(DType.INT32, 1e10)).isEqualTo(Integer.MAX_VALUE);
    assertThat(stored(DType.INT64, -3.99)).isEqualTo(-3);
    assertThat(stored(DType.INT32, Double.NaN)).isZero();
    assertThat(stored(DType.BOOL, 0.5)).isEqualTo(1);
  }
}
