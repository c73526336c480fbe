package dev.espalier.tensor.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ElementwiseTest extends OpsTest {
  @Test
  void binaryBroadcastsBothOperands() {
    Tensor out = Elementwise.add(matrix(2, 1, 10, 20), vector(1, 2, 3));
    assertShape(out, 2, 3);
    assertValues(out, 11, 12, 13, 21, 22, 23);
    assertShape(Elementwise.mul(zeros(2, 0), zeros(1, 1)), 2, 0);
  }

  @Test
  void resultsMayGoIntoAnOperand() {
    Tensor a = matrix(2, 2, 1, -2, 3, -4);
    Elementwise.unary(UnaryOp.RELU, 0, a, a);
    assertValues(a, 1, 0, 3, 0);
    Elementwise.binary(BinaryOp.ADD, a, vector(1, 2), a);
    assertValues(a, 2, 2, 4, 2);
    Tensor column = matrix(2, 1, 1, 2);
    assertThatThrownBy(() -> Elementwise.binary(BinaryOp.ADD, column, a, column))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("add: out must have shape [2, 2] but has [2, 1]");
    Tensor turned = matrix(2, 2, 1, 2, 3, 4).transpose();
    assertThatThrownBy(() -> Elementwise.unary(UnaryOp.NEG, 0, a, turned))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neg: out is written in place and must be contiguous");
  }

  @Test
  void addReluClampsSumsOfAnySize() {
    for (int size : new int[] {0, 1, 65_536, 131_075}) {
      double[] values = new double[size];
      Arrays.setAll(values, i -> i % 7 - 3);
      Tensor a = Tensor.of(Shape.of(size), values);
      Tensor b = Tensor.full(DType.FLOAT64, Shape.of(size), 1);
      double[] expected = Arrays.stream(values).map(v -> Math.max(0, v + 1)).toArray();
      Tensor out = Elementwise.addRelu(a, b, Tensor.empty(DType.FLOAT64, a.shape()));
      assertThat(out.toDoubleArray()).isEqualTo(expected);
      assertThat(Elementwise.addRelu(a, b, b).toDoubleArray()).isEqualTo(expected);
    }
    assertThatThrownBy(() -> Elementwise.addRelu(vector(1, 2), vector(1), vector(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("addRelu: out must have shape [2] but has [1]");
  }

  @Test
  void everyOperationOfTheBackendHasAMethodOfItsName() throws ReflectiveOperationException {
    Tensor x = vector(0.25, 0.5);
    for (UnaryOp op : UnaryOp.values()) {
      boolean scalar = op.name().endsWith("_SCALAR");
      Method method =
          scalar
              ? Elementwise.class.getMethod(name(op), Tensor.class, double.class)
              : Elementwise.class.getMethod(name(op), Tensor.class);
      Object out = scalar ? method.invoke(null, x, 0.375) : method.invoke(null, x);
      assertValues((Tensor) out, Elementwise.unary(op, 0.375, x).toDoubleArray());
    }
    Tensor y = vector(0.5, 0.125);
    for (BinaryOp op : BinaryOp.values()) {
      Method method = Elementwise.class.getMethod(name(op), Tensor.class, Tensor.class);
      Tensor out = (Tensor) method.invoke(null, x, y);
      assertValues(out, Elementwise.binary(op, x, y).toDoubleArray());
    }
  }

  /** {@code ADD_SCALAR} as {@code addScalar}. */
  private static String name(Enum<?> op) {
    String[] words = op.name().toLowerCase(Locale.ROOT).split("_", -1);
    for (int i = 1; i < words.length; i++) {
      words[i] = words[i].substring(0, 1).toUpperCase(Locale.ROOT) + words[i].substring(1);
    }
    return String.join("", words);
  }

  @Test
  void refusesMixedTypesAndStorageTypes() {
    assertThatThrownBy(() -> Elementwise.add(vector(1), zeros(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "add: operands have different types, float64 (shape [1]) and float32 (shape [1]);"
                + " convert one with to(DType)");
    assertThatThrownBy(() -> Elementwise.greaterEqual(vector(1, 2), vector(1, 2, 3)))
        .hasMessageStartingWith("greaterEqual: shapes [2] and [3] do not broadcast");
    assertThatThrownBy(() -> Elementwise.relu(Tensor.zeros(DType.UINT8, Shape.of(2))))
        .hasMessage(
            "relu: arithmetic needs float32 or float64 but an operand is uint8 of shape [2];"
                + " convert it with to(DType.FLOAT32)");
  }

  @Test
  void refusesClosedOperandsByName() {
    Tensor closed = vector(1);
    closed.close();
    assertThatThrownBy(() -> Elementwise.exp(closed))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("exp:");
  }

  @Test
  void selectBroadcastsAllThree() {
    Tensor condition = Tensor.of(Shape.of(2, 1), 1, 0);
    assertValues(Elementwise.select(condition, vector(1, 2), vector(9)), 1, 2, 9, 9);
    assertThatThrownBy(() -> Elementwise.select(condition, vector(1), zeros(1)))
        .hasMessageStartingWith("select: operands have different types");
  }

  @Test
  void inPlaceUpdatesReachStridedViewsAndCountAsWrites() {
    Tensor base = counting(2, 3);
    int version = base.version();
    Elementwise.addInPlace(base.transpose(), vector(10, 20));
    assertValues(base, 10, 11, 12, 23, 24, 25);
    Elementwise.scaleInPlace(base.narrow(1, 1, 1), 2);
    assertValues(base, 10, 22, 12, 23, 48, 25);
    Elementwise.axpby(3, vector(1), 0, base);
    assertValues(base, 3, 3, 3, 3, 3, 3);
    assertThat(base.version()).isGreaterThanOrEqualTo(version + 3);
    assertThatThrownBy(() -> Elementwise.addInPlace(vector(1), vector(1, 2)))
        .hasMessageContaining("does not expand");
  }

  @Test
  void axpbyReadsShiftedOverlapBeforeWriting() {
    Tensor x = Tensor.full(DType.FLOAT64, Shape.of(1500), 1);
    Elementwise.addInPlace(x.narrow(0, 1, 1499), x.narrow(0, 0, 1499));
    assertThat(Reduce.max(x, false).item()).isEqualTo(2);
    Tensor square = matrix(2, 2, 1, 2, 3, 4);
    Elementwise.addInPlace(square, square.transpose());
    assertValues(square, 2, 5, 5, 8);
  }

  @Test
  void addToItselfDoubles() {
    Tensor x = vector(1, 2);
    assertThat(Elementwise.addInPlace(x, x)).isSameAs(x);
    assertValues(x, 2, 4);
  }
}
