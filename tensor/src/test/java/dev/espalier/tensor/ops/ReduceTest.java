package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ReduceTest extends OpsTest {
  @Test
  void axesDisappearOrStayWithExtentOne() {
    Tensor x = counting(2, 3);
    assertShape(Reduce.sum(x, false, 0), 3);
    assertShape(Reduce.sum(x, true, 0), 1, 3);
    assertShape(Reduce.sum(x, true), 1, 1);
    assertValues(Reduce.sum(x, false), 15);
    assertValues(Reduce.sum(x, false, -1), 3, 12);
    assertValues(Reduce.sum(counting(2, 2, 2), false, 0, 2), 10, 18);
  }

  @Test
  void eachReductionComputesWhatItsNameSays() {
    Tensor x = matrix(2, 2, -1, 2, -3, 4);
    assertValues(Reduce.mean(x, false, 1), 0.5, 0.5);
    assertValues(Reduce.max(x, false, 0), -1, 4);
    assertValues(Reduce.min(x, false, 1), -1, -3);
    assertValues(Reduce.sumAbs(x, false), 10);
    assertValues(Reduce.sumSquares(x, false), 30);
    assertValues(Reduce.norm(vector(3, 4)), 5);
    assertValues(Reduce.argmax(x), 1, 1);
    assertThat(Reduce.argmax(x).dtype()).isEqualTo(DType.INT64);
  }

  @Test
  void emptySumsAreZeroAndEmptyMeansNan() {
    assertValues(Reduce.sum(zeros(0, 2), false, 0), 0, 0);
    assertValues(Reduce.mean(zeros(0), false), Double.NaN);
    assertShape(Reduce.max(zeros(0, 2), false, 1), 0);
  }

  @Test
  void refusesExtremaOfNothing() {
    assertThatThrownBy(() -> Reduce.max(zeros(3, 0), false, 1))
        .hasMessage("max: axis 1 of [3, 0] is empty and has no such element");
    assertThatThrownBy(() -> Reduce.argmax(zeros(3, 0)))
        .hasMessageContaining("must not be empty but the shape is [3, 0]");
  }

  @Test
  void refusesUnknownAndRepeatedAxes() {
    assertThatThrownBy(() -> Reduce.sum(zeros(2), false, 1))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("axis 1 is out of range for shape [2]");
    assertThatThrownBy(() -> Reduce.sum(zeros(2, 2), false, 0, -2))
        .hasMessage("sum: axis -2 is named twice in [0, -2]");
  }

  @Test
  void sumToUndoesABroadcast() {
    Tensor g = counting(2, 3);
    assertValues(Reduce.sumTo(g, Shape.of(3)), 3, 5, 7);
    assertValues(Reduce.sumTo(g, Shape.of(2, 1)), 3, 12);
    assertShape(Reduce.sumTo(g, Shape.of(2, 1)), 2, 1);
    assertShape(Reduce.sumTo(g, Shape.SCALAR));
    assertThat(Reduce.sumTo(g, g.shape()).sharesStorageWith(g)).isTrue();
    assertValues(Reduce.sumTo(zeros(0, 3), Shape.of(1, 3)), 0, 0, 0);
    assertThatThrownBy(() -> Reduce.sumTo(g, Shape.of(2)))
        .hasMessage("sumTo: [2] does not broadcast to [2, 3], so it cannot be summed back");
    assertThatThrownBy(() -> Reduce.sumTo(g, Shape.of(1, 2, 3)))
        .hasMessageContaining("does not broadcast to");
  }
}
