package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomFillTest extends OpsTest {
  @Test
  void equalStatesGiveEqualTensorsAndDrawsMoveOn() {
    var a = new Generator(1);
    var b = new Generator(1);
    double[] first = RandomFill.uniform(a, DType.FLOAT32, Shape.of(5), 0, 1).toDoubleArray();
    assertValues(RandomFill.uniform(b, DType.FLOAT32, Shape.of(5), 0, 1), first);
    assertThat(a.state().position()).isEqualTo(2); // four elements a counter
    assertThat(RandomFill.uniform(a, DType.FLOAT32, Shape.of(5), 0, 1).toDoubleArray())
        .isNotEqualTo(first);
  }

  @Test
  void bothTypesDrawTheSameNumbers() {
    Shape shape = Shape.of(3, 7);
    Tensor wide = RandomFill.normal(new Generator(2), DType.FLOAT64, shape, 1, 2);
    Tensor narrow = RandomFill.normal(new Generator(2), DType.FLOAT32, shape, 1, 2);
    assertValues(narrow, wide.to(DType.FLOAT32).toDoubleArray());
  }

  @Test
  void dropoutKeepsTheMean() {
    Tensor mask = RandomFill.dropoutMask(new Generator(3), DType.FLOAT32, Shape.of(10_000), 0.75);
    double[] values = mask.toDoubleArray();
    assertThat(Arrays.stream(values).distinct()).containsExactlyInAnyOrder(0.0, 4.0);
    assertThat(Arrays.stream(values).average().orElseThrow()).isBetween(0.93, 1.07);
  }

  @Test
  void refusesParametersThatMakeNoDistribution() {
    var generator = new Generator(1);
    Shape shape = Shape.of(1);
    assertThatThrownBy(() -> RandomFill.uniform(generator, DType.FLOAT32, shape, 1, 0))
        .hasMessage("uniform: needs finite low <= high but got 1.0 and 0.0");
    assertThatThrownBy(() -> RandomFill.normal(generator, DType.FLOAT32, shape, 0, -1))
        .hasMessageContaining("std >= 0 but got 0.0 and -1.0");
    assertThatThrownBy(() -> RandomFill.dropoutMask(generator, DType.FLOAT32, shape, 1))
        .hasMessage("dropoutMask: rate must lie in [0, 1) but is 1.0");
    assertThatThrownBy(() -> RandomFill.uniform(generator, DType.INT32, shape, 0, 1))
        .hasMessageContaining("fills float32 or float64 but int32 was asked for");
    assertThat(generator.state().position()).isZero();
  }
}
