package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.ops.SparseOps;
import dev.espalier.tensor.spi.Epilogue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PackedInt8Test {
  private Scope scope;

  @BeforeEach
  void open() {
    scope = Scope.open("test");
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static PackedInt8 packed(Shape shape, float... weights) {
    return PackedInt8.of(SparseTensor.fromDense(Tensor.of(shape, weights)));
  }

  @Test
  void aRowIsScaledByItsLargestValue() {
    // . 2 . 1   scale 2 / 127: 127 and 63.5, which rounds to even
    // 4 . . .   scale 4 / 127
    PackedInt8 a = packed(Shape.of(2, 4), 0, 2, 0, 1, 4, 0, 0, 0);
    assertThat(a.nnz()).isEqualTo(3);
    assertThat(a.rowOffsets()).containsExactly(0, 2, 3);
    assertThat(a.words().toLongArray()).containsExactly(0b1010, 0b0001);
    assertThat(a.values().segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
        .startsWith(127, 64, 127);
    assertThat(a.scales().toFloatArray()).containsExactly(2f / 127, 4f / 127);
    assertThat(a.dense().toFloatArray())
        .containsExactly(0, 2f / 127 * 127, 0, 2f / 127 * 64, 4f / 127 * 127, 0, 0, 0);
  }

  @Test
  void noValueIsWrongByMoreThanHalfAScale() {
    Tensor w = RandomFill.normal(new Generator(1), DType.FLOAT64, Shape.of(20, 3, 5, 5), 0, 1);
    PackedInt8 a = PackedInt8.of(SparseTensor.fromDense(w));
    assertThat(a.shape()).isEqualTo(w.shape());
    double[] exact = w.toDoubleArray();
    float[] packed = a.dense().toFloatArray();
    float[] scales = a.scales().toFloatArray();
    for (int i = 0; i < exact.length; i++) {
      double scale = scales[i / 75];
      assertThat(Math.abs(packed[i] - exact[i])).isLessThanOrEqualTo(scale * (0.5 + 1e-5));
    }
  }

  @Test
  void storedZerosAndRowsOfThemStayStored() {
    Tensor zeros = Tensor.zeros(DType.FLOAT32, Shape.of(2, 70));
    Mask all = Mask.ones(Shape.of(2, 70));
    PackedInt8 a = PackedInt8.of(SparseTensor.fromDense(zeros, all));
    assertThat(a.nnz()).isEqualTo(140);
    assertThat(a.dense().toFloatArray()).containsOnly(0);
  }

  @Test
  void halfDensityTakesAThirdOfTheMemoryOfDenseWeightsAndLess() {
    Shape shape = Shape.of(64, 640);
    Tensor w = RandomFill.normal(new Generator(1), DType.FLOAT32, shape, 0, 1);
    PackedInt8 a = PackedInt8.of(SparseTensor.fromDense(w, Mask.keepLargest(w, 64 * 320)));
    // 20480 values and 64 behind them, 640 words of 8, 64 scales and 65 offsets of 4
    assertThat(a.bytes()).isEqualTo(20_544 + 5_120 + 256 + 260);
  }

  @Test
  void valuesThatAreNotFiniteAreRefusedWithTheirPlace() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> packed(Shape.of(2, 2), 1, 0, 0, Float.NaN))
        .withMessage(
            "packed int8: the weight of row 1, column 1 is NaN; only finite values can be scaled");
  }

  @Test
  void productsCheckTheirOperands() {
    PackedInt8 a = packed(Shape.of(2, 3), 1, 0, 2, 0, 3, 0);
    Tensor b = Tensor.of(Shape.of(3, 2), 1f, 2, 3, 4, 5, 6);
    Tensor rowBias = Tensor.of(Shape.of(2), 10f, 20);
    Tensor c = SparseOps.spmm(a, b, new Epilogue(rowBias, null, false));
    assertThat(c.shape()).isEqualTo(Shape.of(2, 2));
    // 2 is 127 scales of 2 / 127, and 1 is 64 of them
    assertThat(c.toDoubleArray()[0]).isCloseTo(10 + 128.0 / 127 + 10, offset());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseOps.spmm(a, Tensor.of(Shape.of(2, 1), 1f, 2), Epilogue.NONE))
        .withMessageContaining("the sparse matrix is 2×3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SparseOps.spmm(a, Tensor.of(Shape.of(3, 1), 1.0, 2, 3), Epilogue.NONE))
        .withMessageContaining("must be float32 but is float64");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SparseOps.spmm(a, b, new Epilogue(Tensor.of(Shape.of(3), 1f, 2, 3), null, false)))
        .withMessageContaining("the row bias must have shape [2]");
  }

  private static org.assertj.core.data.Offset<Double> offset() {
    return org.assertj.core.data.Offset.offset(1e-5);
  }
}
