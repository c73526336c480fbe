package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of the operations share: a scope around each, and short ways to write operands.
 */
abstract class OpsTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  static Tensor vector(double... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  static Tensor matrix(int rows, int columns, double... values) {
    return Tensor.of(Shape.of(rows, columns), values);
  }

  static Tensor zeros(int... dims) {
    return Tensor.zeros(DType.FLOAT32, Shape.of(dims));
  }

  static Tensor counting(int... dims) {
    Shape shape = Shape.of(dims);
    double[] values = new double[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.of(shape, values);
  }

  static void assertValues(Tensor actual, double... expected) {
    assertThat(actual.toDoubleArray()).containsExactly(expected);
  }

  static void assertShape(Tensor actual, int... dims) {
    assertThat(actual.shape()).isEqualTo(Shape.of(dims));
  }
}
