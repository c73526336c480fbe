package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.Test;

class MatMulTest extends OpsTest {
  private final Tensor a = matrix(2, 2, 1, 2, 3, 4);

  @Test
  void matricesAndVectorsMultiplyAsInPyTorch() {
    assertValues(MatMul.matmul(a, matrix(2, 1, 10, 1)), 12, 34);
    Tensor column = MatMul.matmul(a, vector(10, 1));
    assertShape(column, 2);
    assertValues(column, 12, 34);
    Tensor row = MatMul.matmul(vector(10, 1), a);
    assertShape(row, 2);
    assertValues(row, 13, 24);
    Tensor dot = MatMul.matmul(vector(1, 2), vector(3, 4));
    assertShape(dot);
    assertValues(dot, 11);
  }

  @Test
  void batchesBroadcast() {
    Tensor batch = counting(2, 2, 2);
    Tensor identity = matrix(2, 2, 1, 0, 0, 1);
    assertValues(MatMul.matmul(batch, identity), batch.toDoubleArray());
    assertValues(MatMul.matmul(identity, batch), batch.toDoubleArray());
    assertValues(MatMul.matmul(batch.narrow(0, 0, 1), batch), 2, 3, 6, 11, 6, 7, 26, 31);
    assertValues(MatMul.matmul(batch, vector(1, 1)), 1, 5, 9, 13);
    assertShape(MatMul.matmul(batch, vector(1, 1)), 2, 2);
    assertShape(MatMul.matmul(vector(1, 1), batch), 2, 2);
  }

  @Test
  void emptyProductsAreZero() {
    assertValues(MatMul.matmul(zeros(2, 0), zeros(0, 2)), 0, 0, 0, 0);
    assertShape(MatMul.matmul(zeros(0, 3), zeros(3, 2)), 0, 2);
  }

  @Test
  void inPlaceProductScalesAndAdds() {
    Tensor c = matrix(2, 2, 1, 1, 1, 1);
    int version = c.version();
    assertThat(MatMul.matmul(a, a, 2, 10, c)).isSameAs(c);
    assertValues(c, 24, 30, 40, 54);
    assertThat(c.version()).isGreaterThan(version);
    Tensor batch = zeros(2, 1, 1);
    MatMul.matmul(zeros(2, 1, 3), zeros(1, 3, 1), 1, 0, batch);
    assertThatThrownBy(() -> MatMul.matmul(a, a, 1, 0, a))
        .hasMessageContaining("c shares memory with a or b");
    assertThatThrownBy(() -> MatMul.matmul(a, a, 1, 0, c.transpose()))
        .hasMessageContaining("column stride 1 but has strides [1, 2]");
    assertThatThrownBy(() -> MatMul.matmul(a, a, 1, 0, vector(1)))
        .hasMessageContaining("all 2-D or all 3-D");
    assertThatThrownBy(() -> MatMul.matmul(a, a, 1, 0, matrix(1, 2, 0, 0)))
        .hasMessage("matmul: c must have shape [2, 2] but has [1, 2]");
  }

  @Test
  void refusesDisagreeingExtents() {
    assertThatThrownBy(() -> MatMul.matmul(zeros(2, 3), zeros(4, 2)))
        .hasMessage(
            "matmul: the columns of a, 3, must equal the rows of b, 4 (a [2, 3], b [4, 2])");
    assertThatThrownBy(() -> MatMul.matmul(zeros(2, 1, 3), zeros(3, 3, 1)))
        .hasMessageContaining("batch extents 2 and 3 differ and neither is 1");
    assertThatThrownBy(() -> MatMul.matmul(zeros(1, 1, 1, 1), zeros(1, 1)))
        .hasMessageContaining("1, 2 or 3 axes");
    assertThatThrownBy(() -> MatMul.matmul(zeros(), zeros(1))).hasMessageContaining("1, 2 or 3");
  }

  @Test
  void linearMultipliesByTheTransposedWeight() {
    Tensor w = matrix(3, 2, 1, 0, 0, 1, 1, 1);
    Tensor bias = vector(0, -10, 100);
    assertValues(MatMul.linear(a, w, bias, false), 1, -8, 103, 3, -6, 107);
    assertValues(MatMul.linear(a, w, bias, true), 1, 0, 103, 3, 0, 107);
    assertValues(MatMul.linear(vector(1, 2), w, null, false), 1, 2, 3);
    assertShape(MatMul.linear(counting(2, 3, 2), w, null, false), 2, 3, 3);
    assertShape(MatMul.linear(counting(0, 3, 2), w, null, false), 0, 3, 3);
    assertValues(MatMul.linear(a.transpose(), w, null, false), 1, 3, 4, 2, 4, 6);
  }

  @Test
  void linearNamesDisagreeingFeatures() {
    assertThatThrownBy(() -> MatMul.linear(zeros(4, 3), zeros(5, 2), null, false))
        .hasMessage(
            "linear: the last axis of the input must have the weight's 2 in-features (input [4, 3],"
                + " weight [5, 2])");
    assertThatThrownBy(() -> MatMul.linear(zeros(4, 2), zeros(5, 2), zeros(4), false))
        .hasMessage("linear: bias must have shape [5] but has [4]");
  }
}
