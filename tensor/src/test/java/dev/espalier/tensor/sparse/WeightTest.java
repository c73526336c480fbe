package dev.espalier.tensor.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class WeightTest {
  @Test
  void everyFormKnowsShapeDensityAndDenseValues() {
    try (var _ = Scope.open("test")) {
      Tensor tensor = Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, 4f);
      Mask mask = Mask.of(Shape.of(2, 2), true, false, false, true);
      assertForm(Weight.of(tensor, null), 1, 1, 2, 3, 4);
      assertForm(Weight.of(tensor, mask), 0.5, 1, 0, 0, 4);
      assertForm(new Weight.Sparse(SparseTensor.fromDense(tensor, mask)), 0.5, 1, 0, 0, 4);
    }
  }

  private static void assertForm(Weight weight, double density, double... dense) {
    assertThat(weight.shape()).isEqualTo(Shape.of(2, 2));
    assertThat(weight.density()).isEqualTo(density);
    assertThat(weight.dense().toDoubleArray()).containsExactly(dense);
  }

  @Test
  void masksOfAnotherShapeAreRefused() {
    try (Tensor tensor = Tensor.of(Shape.of(2), 1f, 2f)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Weight.Masked(tensor, Mask.ones(Shape.of(3))))
          .withMessageContaining("the tensor has shape [2] but the mask [3]");
    }
  }
}
