package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.Backends;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The tools of the contracts: a comparison that passes wrong results would hide every error. */
class ContractTest extends Contract {
  ContractTest() {
    super(Backends.of(Device.CPU));
  }

  @Test
  void comparisonFailsOnOneWrongElement() {
    Tensor actual = tensor(DType.FLOAT64, Shape.of(3), 1, 2, 3);
    double[] bounds = {0.1, 0.1, 0.1};
    assertThatCode(() -> assertWithin("x", actual, new double[] {1, 2.05, 3}, bounds))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> assertWithin("x", actual, new double[] {1, 2, 3.2}, bounds))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("element 2 of [3] is 3.0 but should be 3.2");
    assertThatThrownBy(() -> assertWithin("x", actual, new double[] {1, 2}, bounds))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void comparisonFailsOnUnexpectedOrMissingNan() {
    double nan = Double.NaN;
    double[] wide = {Double.POSITIVE_INFINITY};
    Tensor bad = tensor(DType.FLOAT32, Shape.of(1), nan);
    Tensor good = tensor(DType.FLOAT32, Shape.of(1), 1);
    assertThatThrownBy(() -> assertWithin("x", bad, new double[] {1}, wide))
        .isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> assertWithin("x", good, new double[] {nan}, wide))
        .isInstanceOf(AssertionError.class);
    assertThatCode(() -> assertWithin("x", bad, new double[] {nan}, new double[1]))
        .doesNotThrowAnyException();
  }

  @Test
  void boundsOfSumsGrowWithTermsAndMagnitudes() {
    Tensor actual = tensor(DType.FLOAT32, Shape.of(1), 1 + 0x1p-17);
    double[] one = {1};
    assertThatThrownBy(() -> assertSums("x", actual, one, one, 10))
        .isInstanceOf(AssertionError.class);
    assertThatCode(() -> assertSums("x", actual, one, one, 100)).doesNotThrowAnyException();
    assertThatCode(() -> assertSums("x", actual, one, new double[] {20}, 10))
        .doesNotThrowAnyException();
  }

  @Test
  void everyLayoutHoldsTheSameElementsInItsOwnPlaces() {
    Shape shape = Shape.of(2, 3, 4);
    double[] values = values(DType.FLOAT32, 1, shape);
    for (Layout layout : Layout.values()) {
      Tensor tensor = tensor(DType.FLOAT32, layout, shape, values);
      assertThat(read(tensor)).as("%s", layout).containsExactly(values);
      assertThat(tensor.isContiguous()).isEqualTo(layout == Layout.CONTIGUOUS);
    }
  }

  @Test
  void operandsVaryAndHoldZeros() {
    double[] values = values(DType.FLOAT32, 1, 100);
    assertThat(Arrays.stream(values).distinct().count()).isGreaterThan(85);
    assertThat(Arrays.stream(values).filter(v -> v == 0).count()).isEqualTo(9);
    assertThat(Arrays.stream(values).map(v -> (float) v).toArray()).containsExactly(values);
  }
}
