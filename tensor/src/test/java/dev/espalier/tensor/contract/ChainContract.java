package dev.espalier.tensor.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Chain;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Chains of maps have the bits of their maps taken one by one. */
abstract class ChainContract extends Contract {
  private static final double PARAMETER = 0.375; // held exactly by both types
  private static final double[] SPECIAL = {
    0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 1, -1, 90, -1e30
  };

  /** Silu(a b + c), by what the sign of b says times two or less one. */
  private static final Chain MIXED =
      Chain.of(
          3,
          x -> {
            Chain.Term sum = x.get(0).mul(x.get(1)).add(x.get(2));
            Chain.Term soft = sum.unary(UnaryOp.SILU);
            Chain.Term positive = x.get(1).unary(UnaryOp.STEP);
            return positive.select(soft.mulScalar(2), soft.sub(x.get(0).constant(1)));
          });

  ChainContract(Backend backend) {
    super(backend);
  }

  /** {@link #MIXED} by single maps. */
  private Tensor mixed(Tensor a, Tensor b, Tensor c) {
    DType dtype = a.dtype();
    Shape shape = a.shape();
    Tensor t = output(dtype, shape);
    backend.binary(BinaryOp.MUL, a, b, t);
    backend.binary(BinaryOp.ADD, t, c, t);
    backend.unary(UnaryOp.SILU, 0, t, t);
    Tensor twice = output(dtype, shape);
    backend.unary(UnaryOp.MUL_SCALAR, 2, t, twice);
    Tensor less = output(dtype, shape);
    backend.unary(UnaryOp.ADD_SCALAR, -1, t, less);
    Tensor positive = output(dtype, shape);
    backend.unary(UnaryOp.STEP, 0, b, positive);
    backend.select(positive, twice, less, t);
    return t;
  }

  private static double[] wide(DType dtype, long seed, int count) {
    double[] values = values(dtype, seed, count);
    Arrays.setAll(values, i -> rounded(dtype, 5 * values[i]));
    for (int i = 0; i < SPECIAL.length && 7 * i < count; i++) {
      values[7 * i] = rounded(dtype, SPECIAL[i]);
    }
    return values;
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void everyUnaryMapIsWhatItIsAlone(UnaryOp op) {
    Chain chain = Chain.of(1, x -> x.get(0).unary(op, PARAMETER));
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (int n : new int[] {1, 131}) { // packs, and what is left
        Shape shape = Shape.of(n);
        Tensor x = tensor(dtype, shape, wide(dtype, 1, n));
        Tensor alone = output(dtype, shape);
        backend.unary(op, PARAMETER, x, alone);
        Tensor out = output(dtype, shape);
        backend.chain(chain, List.of(x), out);
        assertThat(read(out)).as("%s %s %d", op, dtype, n).containsExactly(read(alone));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void everyBinaryMapIsWhatItIsAlone(BinaryOp op) {
    Chain chain = Chain.of(2, x -> x.get(0).binary(op, x.get(1)));
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      for (int n : new int[] {1, 131}) {
        Shape shape = Shape.of(n);
        Tensor a = tensor(dtype, shape, wide(dtype, 2, n));
        double[] turned = wide(dtype, 3, n);
        Arrays.sort(turned, 0, n / 2);
        Tensor b = tensor(dtype, shape, turned);
        Tensor alone = output(dtype, shape);
        backend.binary(op, a, b, alone);
        Tensor out = output(dtype, shape);
        backend.chain(chain, List.of(a, b), out);
        assertThat(read(out)).as("%s %s %d", op, dtype, n).containsExactly(read(alone));
      }
    }
  }

  @ComputeTypes
  void severalMapsInAnyLayout(DType dtype) {
    for (Shape shape :
        List.of(
            Shape.SCALAR,
            Shape.of(0, 3),
            Shape.of(1),
            Shape.of(3),
            Shape.of(1031),
            Shape.of(7, 73),
            Shape.of(9, 16),
            Shape.of(2, 3, 5))) {
      int n = Math.toIntExact(shape.size());
      for (Layout first : Layout.of(shape)) {
        for (Layout second : Layout.of(shape)) {
          Tensor a = tensor(dtype, first, shape, values(dtype, 4, n));
          Tensor b = tensor(dtype, second, shape, values(dtype, 5, n));
          Tensor c = tensor(dtype, shape, values(dtype, 6, n));
          checkMixed(a, b, c, shape + " " + first + " " + second);
        }
      }
    }
  }

  private void checkMixed(Tensor a, Tensor b, Tensor c, String what) {
    Tensor out = output(a.dtype(), a.shape());
    backend.chain(MIXED, List.of(a, b, c), out);
    assertThat(read(out)).as(what).containsExactly(read(mixed(a, b, c)));
  }

  @ComputeTypes
  void expandedOperands(DType dtype) {
    for (Shape shape : List.of(Shape.of(5, 8), Shape.of(5, 7), Shape.of(3, 4, 1, 8))) {
      int last = shape.dim(-1);
      Shape column = shape.with(-1, 1);
      Tensor full = tensor(dtype, shape, values(dtype, 7, shape));
      List<Tensor> all =
          Stream.of(
                  full,
                  tensor(dtype, Shape.of(last), values(dtype, 8, last)),
                  tensor(dtype, column, values(dtype, 9, column)),
                  tensor(dtype, Shape.SCALAR, 0.25))
              .map(t -> t.expand(shape))
              .toList();
      for (Tensor a : all) {
        for (Tensor b : all) {
          checkMixed(a, b, full, shape + " by strides " + Arrays.toString(a.strides()));
          checkMixed(full, a, b, shape + " by strides " + Arrays.toString(b.strides()));
        }
      }
      checkMixed(all.get(3), all.get(3), all.get(3), "one element for all of " + shape);
    }
  }

  @ComputeTypes
  void moreAxesThanOneLaunchTakes(DType dtype) {
    Shape shape = Shape.of(2, 1, 3, 2, 2, 2, 3, 2);
    Shape holes = Shape.of(2, 1, 1, 2, 1, 2, 1, 2);
    Tensor a = tensor(dtype, shape, values(dtype, 10, shape));
    Tensor b = tensor(dtype, holes, values(dtype, 11, holes)).expand(shape);
    checkMixed(a, b, a, "8 axes");
    checkMixed(a.transpose(0, 7), b, a, "8 axes, the ends exchanged");
  }

  @ComputeTypes
  void packsThatBeginBetweenTwoVectors(DType dtype) {
    Tensor a = tensor(dtype, Shape.of(101), values(dtype, 12, 101));
    Tensor shifted = a.narrow(0, 1, 100);
    Tensor aligned = a.narrow(0, 0, 100);
    checkMixed(shifted, aligned, aligned, "an operand one element off");
    checkMixed(shifted, shifted, shifted, "all one element off");
  }

  @ComputeTypes
  void theResultMayReplaceAnInput(DType dtype) {
    Shape shape = Shape.of(67);
    double[][] values = new double[3][];
    Arrays.setAll(values, k -> values(dtype, 13 + k, shape));
    Function<Integer, Tensor> fresh = k -> tensor(dtype, shape, values[k]);
    double[] expected = read(mixed(fresh.apply(0), fresh.apply(1), fresh.apply(2)));
    for (int replaced = 0; replaced < 3; replaced++) {
      List<Tensor> inputs = Stream.of(0, 1, 2).map(fresh).toList();
      backend.chain(MIXED, inputs, inputs.get(replaced));
      assertThat(read(inputs.get(replaced))).as("input %d", replaced).containsExactly(expected);
    }
  }

  @ComputeTypes
  void asManyInputsAndStepsAsThereMayBe(DType dtype) {
    Chain chain =
        Chain.of(
            Chain.MOST_INPUTS,
            x -> {
              Chain.Term sum = x.getFirst();
              for (int i = 1; i < Chain.MOST_STEPS; i++) {
                sum = sum.add(x.get(i % Chain.MOST_INPUTS));
              }
              return sum.mulScalar(0.5);
            });
    List<Tensor> inputs =
        Stream.iterate(0, k -> k + 1)
            .limit(Chain.MOST_INPUTS)
            .map(k -> tensor(dtype, Shape.of(3, 5), values(dtype, 20 + k, 15)))
            .toList();
    Tensor sum = inputs.getFirst().copy();
    for (int i = 1; i < Chain.MOST_STEPS; i++) {
      backend.binary(BinaryOp.ADD, sum, inputs.get(i % Chain.MOST_INPUTS), sum);
    }
    backend.unary(UnaryOp.MUL_SCALAR, 0.5, sum, sum);
    Tensor out = output(dtype, Shape.of(3, 5));
    backend.chain(chain, inputs, out);
    assertThat(read(out)).containsExactly(read(sum));
    // and where each input lies another way
    List<Tensor> strided = inputs.stream().map(Tensor::transpose).toList();
    Tensor turned = output(dtype, Shape.of(5, 3));
    backend.chain(chain, strided, turned);
    assertThat(read(turned)).containsExactly(read(sum.transpose()));
  }

  @ComputeTypes
  void numbersOfOneFormDiffer(DType dtype) {
    Tensor x = tensor(dtype, Shape.of(5), 1, 2, 3, 4, 5);
    for (double p : new double[] {2, 0.1, -3}) {
      Chain chain = Chain.of(1, in -> in.get(0).constant(p).mul(in.get(0)).addScalar(-p));
      Tensor out = output(dtype, Shape.of(5));
      backend.chain(chain, List.of(x), out);
      Tensor expected = output(dtype, Shape.of(5));
      backend.unary(UnaryOp.MUL_SCALAR, p, x, expected);
      backend.unary(UnaryOp.ADD_SCALAR, -p, expected, expected);
      assertThat(read(out)).as("p %s", p).containsExactly(read(expected));
    }
  }
}
