package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Filling, copying and choosing elements of every type. */
abstract class MovementContract extends Contract {
  private static final Shape SHAPE = Shape.of(3, 5, 7);

  MovementContract(Backend backend) {
    super(backend);
  }

  /** Values that every type holds: 0 … 6, or 0 and 1. */
  private static double[] small(DType dtype, Shape shape) {
    double[] values = new double[Math.toIntExact(shape.size())];
    Arrays.setAll(values, i -> dtype == DType.BOOL ? i % 2 : i % 7);
    return values;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void fillSetsEveryElementAndNothingBetween(DType dtype) {
    for (double value : new double[] {1, 0}) {
      for (Layout layout : Layout.values()) {
        Shape storage = layout.storage(SHAPE);
        Tensor all = tensor(dtype, storage, small(dtype, storage));
        Tensor some = layout.view(all, SHAPE);
        double before = Arrays.stream(read(all)).sum() - Arrays.stream(read(some)).sum();
        backend.fill(some, value);
        assertThat(read(some)).as("%s", layout).containsOnly(value);
        double after = Arrays.stream(read(all)).sum() - Arrays.stream(read(some)).sum();
        assertThat(after).as("%s: gaps", layout).isEqualTo(before);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void copyMovesAnyLayoutToAnyOther(DType dtype) {
    for (Shape shape : new Shape[] {SHAPE, Shape.of(2, 33, 40)}) {
      double[] values = small(dtype, shape);
      for (Layout from : Layout.values()) {
        for (Layout to : Layout.values()) {
          Tensor target = to.view(output(dtype, to.storage(shape)), shape);
          backend.copy(tensor(dtype, from, shape, values), target);
          assertThat(read(target)).as("%s to %s %s", from, to, shape).containsExactly(values);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void copyConvertsToEveryType(DType from) {
    double[] values = small(from, SHAPE);
    for (DType to : DType.values()) {
      double[] expected = values.clone();
      if (to == DType.BOOL) {
        Arrays.setAll(expected, i -> values[i] != 0 ? 1 : 0);
      }
      for (Layout layout : new Layout[] {Layout.CONTIGUOUS, Layout.STEPPED}) {
        Tensor target = output(to, SHAPE);
        backend.copy(tensor(from, layout, SHAPE, values), target);
        assertThat(read(target)).as("%s to %s", from, to).containsExactly(expected);
      }
    }
  }

  @Test
  void copyToIntegersTruncatesAndSaturates() {
    double[] values = {2.9, -2.9, 300, -300, 1e20, -1e20, Double.NaN};
    Shape shape = Shape.of(values.length);
    Tensor source = tensor(DType.FLOAT64, shape, values);
    assertExactly(copied(source, DType.UINT8), 2, 0, 255, 0, 255, 0, 0);
    assertExactly(copied(source, DType.INT8), 2, -2, 127, -128, 127, -128, 0);
    assertExactly(
        copied(source, DType.INT32), 2, -2, 300, -300, Integer.MAX_VALUE, Integer.MIN_VALUE, 0);
    assertExactly(copied(source, DType.BOOL), 1, 1, 1, 1, 1, 1, 1);
  }

  @Test
  void copyRoundsToNearestEven() {
    double[] values = {1 + 0x1p-8, 1 + 3 * 0x1p-8, 1 + 0x1p-8 + 0x1p-40, 65519, 65520, 1e39, -0.0};
    Tensor source = tensor(DType.FLOAT64, Shape.of(values.length), values);
    assertExactly(
        copied(source, DType.BFLOAT16),
        1,
        1 + 0x1p-6,
        1 + 0x1p-7,
        65536,
        65536,
        Double.POSITIVE_INFINITY,
        -0.0);
    assertExactly(
        copied(source, DType.FLOAT16),
        1 + 0x1p-8,
        1 + 3 * 0x1p-8,
        1 + 0x1p-8,
        65504,
        Double.POSITIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        -0.0);
    assertExactly(
        copied(source, DType.FLOAT32),
        1 + 0x1p-8,
        1 + 3 * 0x1p-8,
        1 + 0x1p-8,
        65519,
        65520,
        Double.POSITIVE_INFINITY,
        -0.0);
  }

  @Test
  void copyKeepsLongsExact() {
    Tensor source = indices(Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1);
    Tensor target = output(DType.INT64, Shape.of(3));
    backend.copy(source, target);
    assertThat(target.toLongArray())
        .containsExactly(Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1);
  }

  @Test
  void emptyTensorsAreFilledAndCopied() {
    Tensor empty = output(DType.FLOAT32, Shape.of(3, 0, 2));
    backend.fill(empty, 1);
    backend.copy(empty, output(DType.INT8, Shape.of(3, 0, 2)));
    assertThat(read(empty)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void selectChoosesByAnyNonZeroOfAnyType(DType dtype) {
    Shape shape = Shape.of(3, 4);
    double[] test = new double[12];
    double[] a = small(dtype, shape);
    double[] b = new double[12];
    double[] expected = new double[12];
    for (int i = 0; i < 12; i++) {
      test[i] = i % 3 == 0 ? 0 : 1;
      b[i] = dtype == DType.BOOL ? 1 - a[i] : 7 + i;
      expected[i] = test[i] != 0 ? a[i] : b[i];
    }
    for (DType condition : DType.values()) {
      for (Layout layout : Layout.values()) {
        Tensor out = output(dtype, shape);
        backend.select(
            tensor(condition, layout, shape, test),
            tensor(dtype, layout, shape, a),
            tensor(dtype, shape, b),
            out);
        assertThat(read(out)).as("%s %s", condition, layout).containsExactly(expected);
      }
    }
  }

  @Test
  void selectTakesExpandedOperandsAndCountsNanAsTrue() {
    Shape shape = Shape.of(2, 2);
    Tensor condition = tensor(DType.FLOAT32, Shape.of(2, 1), Double.NaN, 0).expand(shape);
    Tensor a = tensor(DType.FLOAT64, Shape.of(2), 1, 2).expand(shape);
    Tensor b = tensor(DType.FLOAT64, Shape.SCALAR, 9).expand(shape);
    Tensor out = output(DType.FLOAT64, shape);
    backend.select(condition, a, b, out);
    assertExactly(out, 1, 2, 9, 9);
  }

  private Tensor copied(Tensor source, DType to) {
    Tensor target = output(to, source.shape());
    backend.copy(source, target);
    return target;
  }
}
