package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Maps of one and two operands. */
abstract class ElementwiseContract extends Contract {
  private static final double PARAMETER = 0.375; // held exactly by both types
  private static final double[] SPECIAL = {
    0,
    -0.0,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.NaN,
    1,
    -1,
    90,
    -90,
    1e30,
    -1e30,
    1e-30
  };

  ElementwiseContract(Backend backend) {
    super(backend);
  }

  /** A few units in the last place, or of 1/16 where results pass through zero or a tail. */
  private static double bound(DType dtype, double expected) {
    return 8 * epsilon(dtype) * Math.max(Math.abs(expected), 0x1p-4);
  }

  private static double[] scaled(DType dtype, long seed, long count, double factor) {
    double[] values = values(dtype, seed, count);
    Arrays.setAll(values, i -> rounded(dtype, values[i] * factor));
    return values;
  }

  private static double[] arguments(UnaryOp op, DType dtype, long count) {
    double[] values = scaled(dtype, 1, count, 5);
    return switch (op) {
      case SQRT, RSQRT, LOG, POW_SCALAR ->
          Arrays.stream(values)
              .map(x -> Math.abs(x) + 0x1p-10)
              .map(x -> rounded(dtype, x))
              .toArray();
      default -> values;
    };
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unaryMatchesItsDefinition(UnaryOp op) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (Shape shape :
          new Shape[] {
            Shape.SCALAR, Shape.of(0, 3), Shape.of(1), Shape.of(7, 73), Shape.of(2, 3, 5)
          }) {
        for (Layout layout : Layout.of(shape)) {
          double[] x = arguments(op, dtype, shape.size());
          Tensor out = output(dtype, shape);
          backend.unary(op, PARAMETER, tensor(dtype, layout, shape, x), out);
          checkUnary(op, dtype, x, out, layout);
        }
      }
    }
  }

  private static void checkUnary(UnaryOp op, DType dtype, double[] x, Tensor out, Object what) {
    double[] expected = new double[x.length];
    double[] bounds = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      expected[i] = Reference.unary(op, PARAMETER, x[i]);
      // x (1 + erf(x)) loses digits that x has
      double scale = op == UnaryOp.GELU ? Math.max(Math.abs(x[i]), 1) : Math.abs(expected[i]);
      bounds[i] = Reference.isExact(op) ? 0 : bound(dtype, scale);
    }
    assertWithin(op + " " + dtype + " " + what, out, expected, bounds);
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unaryTreatsSpecialValuesAsMathematicsDoes(UnaryOp op) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      double[] x =
          switch (op) {
            case SIN, COS -> new double[] {0, 1e-30, Double.NaN, Double.POSITIVE_INFINITY};
            case GELU, SILU ->
                new double[] {0, Double.POSITIVE_INFINITY, Double.NaN, 90, -90, 1e30};
            default -> Arrays.stream(SPECIAL).map(v -> rounded(dtype, v)).toArray();
          };
      Tensor out = output(dtype, Shape.of(x.length));
      backend.unary(op, PARAMETER, tensor(dtype, Shape.of(x.length), x), out);
      checkUnary(op, dtype, x, out, "special values");
    }
  }

  @ComputeTypes
  void unaryMayOverwriteItsOperand(DType dtype) {
    double[] x = values(dtype, 2, 1000);
    Tensor t = tensor(dtype, Shape.of(1000), x);
    backend.unary(UnaryOp.NEG, 0, t, t);
    assertExactly(t, Arrays.stream(x).map(v -> -v).toArray());
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void binaryMatchesItsDefinition(BinaryOp op) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (Shape shape :
          new Shape[] {
            Shape.SCALAR, Shape.of(3, 0), Shape.of(1), Shape.of(7, 73), Shape.of(2, 3, 5)
          }) {
        double[] a = scaled(dtype, 3, shape.size(), 4);
        double[] b = scaled(dtype, 4, shape.size(), 4);
        if (op == BinaryOp.POW) {
          Arrays.setAll(a, i -> Math.abs(a[i]) + 0.5);
        }
        double[] left = Arrays.stream(a).map(v -> rounded(dtype, v)).toArray();
        for (Layout layout : Layout.of(shape)) {
          Tensor out = output(dtype, shape);
          backend.binary(op, tensor(dtype, layout, shape, left), tensor(dtype, shape, b), out);
          checkBinary(op, dtype, left, b, out, "left " + layout);
          backend.binary(op, tensor(dtype, shape, left), tensor(dtype, layout, shape, b), out);
          checkBinary(op, dtype, left, b, out, "right " + layout);
        }
      }
    }
  }

  private static void checkBinary(
      BinaryOp op, DType dtype, double[] a, double[] b, Tensor out, String what) {
    double[] expected = new double[a.length];
    double[] bounds = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      expected[i] = Reference.binary(op, a[i], b[i]);
      double scale = Math.max(Math.abs(expected[i]), Math.abs(a[i]) * Math.max(1, b[i] * b[i]));
      bounds[i] = Reference.isExact(op) ? 0 : bound(dtype, scale);
    }
    assertWithin(op + " " + dtype + " " + what, out, expected, bounds);
  }

  @ParameterizedTest
  @EnumSource(
      value = BinaryOp.class,
      names = {"ADD", "MUL", "MAX", "MIN", "GREATER", "GREATER_EQUAL", "EQUAL", "RELU_GRAD"})
  void binaryTreatsSpecialValuesAsComparisonsDo(BinaryOp op) {
    double[] few = {0, 1, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    double[] a = new double[36];
    double[] b = new double[36];
    Arrays.setAll(a, i -> few[i / 6]);
    Arrays.setAll(b, i -> few[i % 6]);
    Tensor out = output(DType.FLOAT32, Shape.of(36));
    backend.binary(
        op, tensor(DType.FLOAT32, Shape.of(36), a), tensor(DType.FLOAT32, Shape.of(36), b), out);
    checkBinary(op, DType.FLOAT32, a, b, out, "special values");
  }

  @ComputeTypes
  void binaryReadsExpandedOperands(DType dtype) {
    Shape shape = Shape.of(2, 3);
    Tensor column = tensor(dtype, Shape.of(2, 1), 10, 20).expand(shape);
    Tensor row = tensor(dtype, Shape.of(3), 1, 2, 3).expand(shape);
    Tensor out = output(dtype, shape);
    backend.binary(BinaryOp.SUB, column, row, out);
    assertExactly(out, 9, 8, 7, 19, 18, 17);
  }

  @ComputeTypes
  void binaryMayOverwriteEitherOperand(DType dtype) {
    Shape shape = Shape.of(1031);
    double[] a = values(dtype, 5, shape);
    double[] b = values(dtype, 6, shape);
    double[] expected = new double[1031];
    Arrays.setAll(expected, i -> rounded(dtype, a[i] - b[i]));
    Tensor left = tensor(dtype, shape, a);
    backend.binary(BinaryOp.SUB, left, tensor(dtype, shape, b), left);
    assertExactly(left, expected);
    Tensor right = tensor(dtype, shape, b);
    backend.binary(BinaryOp.SUB, tensor(dtype, shape, a), right, right);
    assertExactly(right, expected);
  }

  @ComputeTypes
  void axpbyAddsScaledOperands(DType dtype) {
    for (int n : new int[] {0, 1, 17, 1031}) {
      double[] x = values(dtype, 7, n);
      double[] y = values(dtype, 8, n);
      Tensor out = tensor(dtype, Shape.of(n), y);
      backend.axpby(0.5, tensor(dtype, Shape.of(n), x), -2, out);
      double[] expected = new double[n];
      double[] magnitudes = new double[n];
      Arrays.setAll(expected, i -> 0.5 * x[i] - 2 * y[i]);
      Arrays.setAll(magnitudes, i -> Math.abs(0.5 * x[i]) + Math.abs(2 * y[i]));
      assertSums("axpby", out, expected, magnitudes, 2);
    }
  }

  @ComputeTypes
  void axpbyWithBetaZeroDoesNotReadItsTarget(DType dtype) {
    Tensor out = output(dtype, Shape.of(5));
    backend.axpby(2, tensor(dtype, Shape.of(5), 1, 2, 3, 4, 5), 0, out);
    assertExactly(out, 2, 4, 6, 8, 10);
  }

  @ComputeTypes
  void applyMaskZeroesEvenNan(DType dtype) {
    for (int n : new int[] {0, 1, 63, 64, 65, 200}) {
      long[] words = new long[(n + 63) / 64];
      double[] x = values(dtype, 9, n);
      double[] expected = new double[n];
      for (int i = 0; i < n; i++) {
        if (i % 3 == 1) {
          words[i / 64] |= 1L << i;
          expected[i] = x[i];
        } else {
          x[i] = Double.NaN;
        }
      }
      Tensor masked = tensor(dtype, Shape.of(n), x);
      Tensor out = output(dtype, Shape.of(n));
      backend.applyMask(words, masked, out);
      assertThat(read(out)).as("n %d", n).containsExactly(expected);
      backend.applyMask(words, masked, masked);
      assertThat(read(masked)).as("in place, n %d", n).containsExactly(expected);
    }
  }
}
