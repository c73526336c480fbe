package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.ReduceOp;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions over every choice of axes, and argmax. */
public abstract class ReduceContract extends Contract {
  protected ReduceContract(Backend backend) {
    super(backend);
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.class)
  void reduceMatchesLoopsForEveryChoiceOfAxes(ReduceOp op) {
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (Shape shape :
          new Shape[] {
            Shape.of(3, 5, 7), Shape.of(1, 131, 2), Shape.of(2, 1, 1031), Shape.of(4, 0, 3)
          }) {
        double[] x = values(dtype, 1, shape);
        for (Layout layout : Layout.values()) {
          Tensor operand = tensor(dtype, layout, shape, x);
          for (int axes = 0; axes < 8; axes++) {
            checkReduce(op, operand, x, axes, layout);
          }
        }
      }
    }
  }

  private void checkReduce(ReduceOp op, Tensor operand, double[] x, int axes, Layout layout) {
    boolean[] reduced = {(axes & 1) != 0, (axes & 2) != 0, (axes & 4) != 0};
    int[] kept = operand.shape().toArray();
    int terms = 1;
    for (int axis = 0; axis < 3; axis++) {
      terms *= reduced[axis] ? kept[axis] : 1;
      kept[axis] = reduced[axis] ? 1 : kept[axis];
    }
    Tensor out = output(operand.dtype(), Shape.of(kept));
    backend.reduce(op, operand, reduced, out);
    double[] expected = new double[Math.toIntExact(out.size())];
    double[] magnitudes = new double[expected.length];
    Arrays.fill(expected, initial(op));
    int i = 0;
    for (int a = 0; a < operand.dim(0); a++) {
      for (int b = 0; b < operand.dim(1); b++) {
        for (int c = 0; c < operand.dim(2); c++, i++) {
          int to = (reduced[0] ? 0 : a) * kept[1] + (reduced[1] ? 0 : b);
          to = to * kept[2] + (reduced[2] ? 0 : c);
          expected[to] = fold(op, expected[to], x[i]);
          magnitudes[to] += Math.abs(x[i]);
        }
      }
    }
    String what = op + " over axes " + Arrays.toString(reduced) + " of " + layout;
    boolean exact = op == ReduceOp.MAX || op == ReduceOp.MIN;
    assertSums(what, out, expected, exact ? new double[expected.length] : magnitudes, terms);
  }

  private static double initial(ReduceOp op) {
    return switch (op) {
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
      default -> 0;
    };
  }

  private static double fold(ReduceOp op, double so, double x) {
    return switch (op) {
      case SUM -> so + x;
      case MAX -> x > so ? x : so;
      case MIN -> x < so ? x : so;
      case SUM_ABS -> so + Math.abs(x);
      case SUM_SQUARES -> so + x * x;
    };
  }

  @Test
  void longSumsLoseNoMoreThanPairwiseOnesDo() {
    int n = 1_000_003;
    for (boolean alongRows : new boolean[] {true, false}) {
      Shape shape = alongRows ? Shape.of(1, n) : Shape.of(n, 1);
      Tensor x = Tensor.full(DType.FLOAT32, shape, 0.1).to(backend.device());
      Tensor wide = alongRows ? x : x.expand(Shape.of(n, 3));
      Tensor out = output(DType.FLOAT32, Shape.of(1, wide.dim(1) == 3 ? 3 : 1));
      backend.reduce(ReduceOp.SUM, wide, new boolean[] {true, alongRows}, out);
      double expected = n * (double) 0.1f;
      double[] sums = read(out);
      for (double sum : sums) {
        assertThat(Math.abs(sum - expected)).isLessThan(48 * 0x1p-23 * expected);
      }
    }
  }

  @ComputeTypes
  void sumsRepeatToTheBit(DType dtype) {
    Shape shape = Shape.of(257, 129);
    Tensor x = tensor(dtype, shape, values(dtype, 2, shape));
    for (boolean[] axes : new boolean[][] {{true, true}, {true, false}, {false, true}}) {
      Shape kept = Shape.of(axes[0] ? 1 : 257, axes[1] ? 1 : 129);
      Tensor once = output(dtype, kept);
      Tensor again = output(dtype, kept);
      backend.reduce(ReduceOp.SUM, x, axes, once);
      backend.reduce(ReduceOp.SUM, x, axes, again);
      assertThat(read(again)).containsExactly(read(once));
    }
  }

  @ComputeTypes
  void extremaPropagateNan(DType dtype) {
    for (int n : new int[] {1, 5, 64, 67}) {
      for (int at : new int[] {0, n / 2, n - 1}) {
        double[] x = values(dtype, 3, n);
        x[at] = Double.NaN;
        for (ReduceOp op : new ReduceOp[] {ReduceOp.MAX, ReduceOp.MIN, ReduceOp.SUM}) {
          Tensor out = output(dtype, Shape.of(1));
          backend.reduce(op, tensor(dtype, Shape.of(n), x), new boolean[] {true}, out);
          assertThat(read(out)).as("%s, NaN at %d of %d", op, at, n).containsExactly(Double.NaN);
        }
      }
    }
  }

  @ComputeTypes
  void reduceTakesScalarsAndHigherRanks(DType dtype) {
    Tensor out = output(dtype, Shape.SCALAR);
    backend.reduce(ReduceOp.SUM_SQUARES, tensor(dtype, Shape.SCALAR, 3), new boolean[0], out);
    assertExactly(out, 9);
    Tensor ones = tensor(dtype, Shape.of(2, 2, 2, 2, 2), fillOf(32, 1));
    Tensor sums = output(dtype, Shape.of(2, 1, 2, 1, 2));
    backend.reduce(ReduceOp.SUM, ones, new boolean[] {false, true, false, true, false}, sums);
    assertExactly(sums, fillOf(8, 4));
  }

  private static double[] fillOf(int n, double value) {
    double[] values = new double[n];
    Arrays.fill(values, value);
    return values;
  }

  @ComputeTypes
  void argmaxTakesTheFirstLargestAndNanFirst(DType dtype) {
    double nan = Double.NaN;
    double low = Double.NEGATIVE_INFINITY;
    Shape shape = Shape.of(5, 4);
    double[] x = {1, 3, 3, 2, 0, nan, 9, nan, low, low, low, low, -1, -2, -3, -1, 5, 1, 1, 5};
    for (Layout layout : Layout.values()) {
      Tensor out = output(DType.INT64, Shape.of(5));
      backend.argmax(tensor(dtype, layout, shape, x), out);
      assertThat(read(out)).as("%s", layout).containsExactly(1, 1, 0, 0, 0);
    }
  }

  @ComputeTypes
  void argmaxFindsLateMaximaInLongRows(DType dtype) {
    for (int n : new int[] {1, 2, 16, 17, 131}) {
      for (int at : new int[] {0, n / 2, n - 1}) {
        double[] x = values(dtype, 4, 3L * n);
        x[n + at] = 2;
        Tensor out = output(DType.INT64, Shape.of(1, 3));
        backend.argmax(tensor(dtype, Shape.of(1, 3, n), x), out);
        assertThat(read(out)[1]).as("n %d", n).isEqualTo(at);
      }
    }
  }

  @Test
  void argmaxOfNoRowsIsEmpty() {
    Tensor out = output(DType.INT64, Shape.of(0));
    backend.argmax(output(DType.FLOAT32, Shape.of(0, 4)), out);
    assertThat(read(out)).isEmpty();
  }
}
