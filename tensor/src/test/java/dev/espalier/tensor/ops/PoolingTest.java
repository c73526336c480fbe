package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class PoolingTest extends OpsTest {
  private final PoolSpec spec = PoolSpec.of(2, 2);

  @Test
  void maxPoolsByHandAndBack() {
    Tensor x = counting(1, 1, 4, 4);
    Pooling.Pooled pooled = Pooling.maxPool2d(x, spec);
    assertValues(pooled.values(), 5, 7, 13, 15);
    assertValues(pooled.indices(), 5, 7, 13, 15);
    Tensor dy = Tensor.of(Shape.of(1, 1, 2, 2), 1.0, 2, 3, 4);
    Tensor dx = Pooling.maxPool2dGrad(dy, pooled.indices(), spec, x.shape());
    assertValues(dx, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4);
    assertValues(Pooling.maxPool2dGather(x, pooled.indices()), 5, 7, 13, 15);
  }

  @Test
  void averagesByHandAndBack() {
    Tensor x = counting(1, 1, 2, 4);
    assertValues(Pooling.avgPool2d(x, spec), 2.5, 4.5);
    Tensor dy = Tensor.of(Shape.of(1, 1, 1, 2), 4.0, 8);
    assertValues(Pooling.avgPool2dGrad(dy, spec, x.shape()), 1, 1, 2, 2, 1, 1, 2, 2);
  }

  @Test
  void refusesWindowsWithoutElements() {
    assertThatThrownBy(() -> Pooling.maxPool2d(zeros(1, 1, 1, 4), spec))
        .hasMessageContaining("the window must not exceed the padded input (input [1, 1, 1, 4]");
    assertThatThrownBy(() -> Pooling.avgPool2d(zeros(1, 1, 0, 4), new PoolSpec(2, 2, 1, 1, 1, 1)))
        .hasMessageContaining("must not exceed");
    assertThatThrownBy(() -> Pooling.maxPool2d(zeros(4, 4), spec))
        .hasMessage("maxPool2d: input must be [N, C, H, W] but has shape [4, 4]");
  }

  @Test
  void refusesGradientsAndIndicesOfOtherShapes() {
    Tensor dy = zeros(1, 1, 2, 2);
    Tensor indices = Tensor.zeros(DType.INT32, Shape.of(1, 1, 2, 2));
    assertThatThrownBy(() -> Pooling.maxPool2dGrad(dy, indices, spec, Shape.of(1, 1, 6, 6)))
        .hasMessageContaining("must have shape [1, 1, 3, 3] but has [1, 1, 2, 2]");
    assertThatThrownBy(() -> Pooling.maxPool2dGrad(dy, dy, spec, Shape.of(1, 1, 4, 4)))
        .hasMessage(
            "maxPool2dGrad: indices must be int32 but is float32; convert it with to(DType.INT32)");
    assertThatThrownBy(() -> Pooling.maxPool2dGather(zeros(2, 1, 4, 4), indices))
        .hasMessageContaining("must agree in batch and channels");
  }
}
