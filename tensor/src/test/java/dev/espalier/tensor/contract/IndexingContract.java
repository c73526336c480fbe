package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gathering and scattering of rows and elements. */
public abstract class IndexingContract extends Contract {
  protected IndexingContract(Backend backend) {
    super(backend);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void gatherRowsMovesRowsOfEveryType(DType dtype) {
    double[] x = {0, 1, 1, 0, 1, 1};
    for (Layout layout : Layout.values()) {
      Tensor out = output(dtype, Shape.of(4, 2));
      backend.gatherRows(tensor(dtype, layout, Shape.of(3, 2), x), indices(2, 0, 2, 1), out);
      assertThat(read(out)).as("%s", layout).containsExactly(1, 1, 0, 1, 1, 1, 1, 0);
    }
  }

  @ComputeTypes
  void gatherRowsTakesLongRowsAndNone(DType dtype) {
    Shape shape = Shape.of(5, 131);
    double[] x = values(dtype, 1, shape);
    Tensor out = output(dtype, Shape.of(1, 131));
    backend.gatherRows(tensor(dtype, Layout.STEPPED, shape, x), indices(3), out);
    assertThat(read(out)).containsExactly(java.util.Arrays.copyOfRange(x, 3 * 131, 4 * 131));
    Tensor none = output(dtype, Shape.of(0, 131));
    backend.gatherRows(tensor(dtype, shape, x), indices(), none);
    assertThat(read(none)).isEmpty();
  }

  @ComputeTypes
  void scatterAddRowsAddsRepeatedRows(DType dtype) {
    for (Layout layout : Layout.values()) {
      Tensor source = tensor(dtype, layout, Shape.of(3, 2), 1, 2, 3, 4, 5, 6);
      Tensor out = tensor(dtype, Shape.of(3, 2), 10, 10, 20, 20, 30, 30);
      backend.scatterAddRows(source, indices(2, 0, 2), out);
      assertThat(read(out)).as("%s", layout).containsExactly(13, 14, 20, 20, 36, 38);
    }
  }

  @ComputeTypes
  void pickTakesOneElementOfEachRow(DType dtype) {
    for (Layout layout : Layout.values()) {
      Tensor out = output(dtype, Shape.of(2));
      backend.pick(tensor(dtype, layout, Shape.of(2, 3), 1, 2, 3, 4, 5, 6), indices(2, 0), out);
      assertThat(read(out)).as("%s", layout).containsExactly(3, 4);
    }
  }

  @ComputeTypes
  void unpickPutsOneElementIntoEachRowOfZeros(DType dtype) {
    for (Layout layout : Layout.values()) {
      Tensor out = output(dtype, Shape.of(2, 3));
      backend.unpick(tensor(dtype, layout, Shape.of(2), 7, 8), indices(2, 0), out);
      assertThat(read(out)).as("%s", layout).containsExactly(0, 0, 7, 8, 0, 0);
    }
    Tensor one = tensor(dtype, Shape.of(1), 1).expand(Shape.of(3));
    Tensor identity = output(dtype, Shape.of(3, 3));
    backend.unpick(one, indices(0, 1, 2), identity);
    assertExactly(identity, 1, 0, 0, 0, 1, 0, 0, 0, 1);
  }

  @ComputeTypes
  void gatherAndScatterElementsAreInverse(DType dtype) {
    int[] positions = {1, 4, 5};
    Tensor values = output(dtype, Shape.of(3));
    backend.gatherElements(
        tensor(dtype, Shape.of(2, 3), 10, 11, 12, 13, 14, 15), positions, values);
    assertExactly(values, 11, 14, 15);
    Tensor dense = output(dtype, Shape.of(2, 3));
    backend.scatterElements(values, positions, dense);
    assertExactly(dense, 0, 11, 0, 0, 14, 15);
    backend.scatterElements(output(dtype, Shape.of(0)), new int[0], dense);
    assertExactly(dense, 0, 0, 0, 0, 0, 0);
  }
}
