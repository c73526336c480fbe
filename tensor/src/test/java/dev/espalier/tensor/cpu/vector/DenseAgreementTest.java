package dev.espalier.tensor.cpu.vector;

import static dev.espalier.tensor.cpu.vector.Agreement.check;
import static dev.espalier.tensor.cpu.vector.Agreement.empty;
import static dev.espalier.tensor.cpu.vector.Agreement.random;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.AdamStep;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.Distribution;
import dev.espalier.tensor.spi.ReduceOp;
import dev.espalier.tensor.spi.SgdStep;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Dense kernels on operands of several tasks; {@link VectorBackendTest} has the small and odd ones.
 */
class DenseAgreementTest {
  private static final double ROUNDING = 0x1p-22;

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = UnaryOp.class,
      names = {"EXP", "TANH", "GELU", "RELU"})
  void unaryMapsAgree(UnaryOp op) {
    check(
        2 * ROUNDING,
        backend -> {
          Tensor x = random(1, 71, 1009);
          Tensor out = empty(71, 1009);
          Tensor ofTransposed = empty(1009, 71);
          backend.unary(op, 0, x, out);
          backend.unary(op, 0, x.transpose(), ofTransposed);
          return new Tensor[] {out, ofTransposed};
        });
  }

  @Test
  void binaryMapsAgreeForEveryWayOfBroadcasting() {
    check(
        2 * ROUNDING,
        backend -> {
          Tensor full = random(1, 37, 61, 53);
          Tensor[] others = {
            random(2, 37, 61, 53),
            random(3, 53),
            random(4, 61, 1),
            random(5, 61, 53),
            random(6, 1),
            random(7, 37, 1, 1),
            random(8, 37, 1, 53),
            random(9, 53, 61, 37).permute(2, 1, 0)
          };
          Tensor[] results = new Tensor[2 * others.length];
          for (int i = 0; i < others.length; i++) {
            Tensor other = others[i].expand(full.shape());
            results[2 * i] = empty(37, 61, 53);
            results[2 * i + 1] = empty(37, 61, 53);
            backend.binary(BinaryOp.SUB, full, other, results[2 * i]);
            backend.binary(BinaryOp.SUB, other, full, results[2 * i + 1]);
          }
          return results;
        });
  }

  @Test
  void gradientMapsAgree() {
    check(
        4 * ROUNDING,
        backend -> {
          Tensor gelu = empty(70001);
          Tensor silu = empty(70001);
          backend.binary(BinaryOp.GELU_GRAD, random(1, 70001), random(2, 70001), gelu);
          backend.binary(BinaryOp.SILU_GRAD, random(1, 70001), random(2, 70001), silu);
          return new Tensor[] {gelu, silu};
        });
  }

  @Test
  void masksSelectionsAndScaledSumsAgree() {
    check(
        ROUNDING,
        backend -> {
          Tensor x = random(1, 100003);
          Tensor masked = empty(100003);
          long[] words = new SplittableRandom(2).longs(100003 / 64 + 1).toArray();
          backend.applyMask(words, x, masked);
          Tensor y = random(3, 100003);
          backend.axpby(0.5, x, -2, y);
          Tensor chosen = empty(100003);
          backend.select(masked, x, random(4, 1).expand(x.shape()), chosen);
          Tensor fromBool = empty(100003);
          backend.select(masked.to(DType.BOOL), x, y, fromBool);
          Tensor filled = empty(100003);
          backend.fill(filled, 1.5);
          return new Tensor[] {masked, y, chosen, fromBool, filled};
        });
  }

  @ParameterizedTest
  @CsvSource({"0 1 2 3", "3 2 1 0", "0 2 3 1", "0 3 1 2", "1 0 2 3", "2 3 0 1", "3 0 1 2"})
  void copiesAgreeForEveryOrderOfAxes(String order) {
    String[] axes = order.split(" ");
    int[] permutation = new int[4];
    for (int i = 0; i < 4; i++) {
      permutation[i] = Integer.parseInt(axes[i]);
    }
    check(
        0,
        backend -> {
          Tensor source = random(1, 5, 67, 40, 35).permute(permutation);
          Tensor whole = empty(source.shape().toArray());
          backend.copy(source, whole);
          Tensor part = source.narrow(1, 1, source.dim(1) - 2).narrow(3, 1, source.dim(3) - 2);
          Tensor inner = empty(part.shape().toArray());
          backend.copy(part, inner);
          return new Tensor[] {whole, inner};
        });
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.class)
  void reductionsAgreeForEveryPatternOfAxes(ReduceOp op) {
    int[][] shapes = {
      {3, 700, 45}, {1100, 600}, {70001}, {9, 40, 11, 60}, {300, 200, 3}, {2, 3, 33000}
    };
    for (int[] dims : shapes) {
      for (int axes = 0; axes < 1 << dims.length; axes++) {
        boolean[] reduced = new boolean[dims.length];
        int[] kept = dims.clone();
        for (int axis = 0; axis < dims.length; axis++) {
          reduced[axis] = (axes >> axis & 1) != 0;
          kept[axis] = reduced[axis] ? 1 : dims[axis];
        }
        check(
            2e-5,
            backend -> {
              Tensor out = empty(kept);
              backend.reduce(op, random(1, dims), reduced, out);
              return new Tensor[] {out};
            });
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3000, 10", "300, 257", "3, 40000"})
  void softmaxArgmaxAndGradientsAgree(int rows, int width) {
    check(
        8 * ROUNDING,
        backend -> {
          Tensor x = random(1, rows, width);
          Tensor dy = random(2, rows, width);
          Tensor[] results = new Tensor[5];
          for (int log = 0; log < 2; log++) {
            results[2 * log] = empty(rows, width);
            results[2 * log + 1] = empty(rows, width);
            backend.softmax(x, log == 1, results[2 * log]);
            backend.softmaxGrad(x, dy, log == 1, results[2 * log + 1]);
          }
          results[4] = Tensor.full(DType.INT64, Shape.of(rows), -1);
          backend.argmax(x, results[4]);
          return results;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "8, 5, 3000",
    "3, 4, 9001",
    "50, 40, 49",
    "7, 3, 83",
    "128, 5, 64",
    "600, 50, 4",
    "1000, 70, 1"
  })
  void channelNormalisationAgrees(int n, int c, int s) {
    check(
        2e-5,
        backend -> {
          Tensor x = random(1, n, c, s);
          Tensor mean = empty(c);
          Tensor variance = empty(c);
          backend.channelStats(x, mean, variance);
          Tensor plain = empty(n, c, s);
          Tensor clamped = empty(n, c, s);
          backend.channelAffine(x, random(2, c), random(3, c), false, plain);
          backend.channelAffine(x, random(2, c), random(3, c), true, clamped);
          return new Tensor[] {mean, variance, plain, clamped};
        });
    check(
        2e-5,
        backend -> {
          Tensor x = random(1, n, c, s);
          Tensor dy = random(4, n, c, s);
          Tensor y = random(8, n, c, s);
          Tensor[] results = new Tensor[6];
          for (int i = 0; i < 6; i += 3) {
            results[i] = empty(n, c, s);
            results[i + 1] = empty(c);
            results[i + 2] = empty(c);
            backend.batchNormGrad(
                x,
                dy,
                i == 0 ? null : y,
                random(5, c),
                random(6, c),
                random(7, c),
                results[i],
                results[i + 1],
                results[i + 2]);
          }
          return results;
        });
  }

  @ParameterizedTest
  @CsvSource({"3000, 33", "150, 777", "3, 20001"})
  void layerNormalisationAgrees(int rows, int width) {
    check(
        2e-5,
        backend -> {
          Tensor x = random(1, rows, width);
          Tensor out = empty(rows, width);
          Tensor mean = empty(rows);
          Tensor invStd = empty(rows);
          backend.layerNorm(x, random(2, width), random(3, width), 1e-5, out, mean, invStd);
          Tensor dx = empty(rows, width);
          Tensor dgamma = empty(width);
          Tensor dbeta = empty(width);
          backend.layerNormGrad(
              x,
              random(4, rows, width),
              random(2, width),
              random(5, rows),
              random(6, rows),
              dx,
              dgamma,
              dbeta);
          return new Tensor[] {out, mean, invStd, dx, dgamma, dbeta};
        });
  }

  @ParameterizedTest
  @CsvSource({
    "2,2,2,2,0,0",
    "3,3,2,2,1,1",
    "3,3,1,1,1,1",
    "2,3,3,1,1,0",
    "5,4,3,5,2,2",
    "33,71,1,1,0,0",
    "2,2,3,4,0,0"
  })
  void poolingAgrees(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {
    var spec = new PoolSpec(kernelH, kernelW, strideH, strideW, padH, padW);
    int h = spec.outHeight(33);
    int w = spec.outWidth(71);
    check(
        4 * ROUNDING,
        backend -> {
          Tensor x = random(1, 7, 9, 33, 71);
          Tensor dy = random(2, 7, 9, h, w);
          Tensor values = empty(7, 9, h, w);
          Tensor indices = Tensor.full(DType.INT32, values.shape(), -1);
          backend.maxPool2d(x, spec, values, indices);
          Tensor means = empty(7, 9, h, w);
          backend.avgPool2d(x, spec, means);
          Tensor gathered = empty(7, 9, h, w);
          backend.maxPool2dGather(x, indices, gathered);
          Tensor throughMax = empty(7, 9, 33, 71);
          backend.maxPool2dGrad(dy, indices, spec, throughMax);
          Tensor throughMean = empty(7, 9, 33, 71);
          backend.avgPool2dGrad(dy, spec, throughMean);
          Tensor valuesAlone = empty(7, 9, h, w);
          backend.maxPool2d(x, spec, valuesAlone, null);
          return new Tensor[] {
            values, valuesAlone, indices, means, gathered, throughMax, throughMean
          };
        });
  }

  @Test
  void optimiserStepsAgree() {
    check(
        2 * ROUNDING,
        backend -> {
          int n = 100003;
          Tensor grad = random(2, n);
          Tensor plain = random(1, n);
          backend.sgdStep(new SgdStep(0.1, 0, 0, 0.01, false, true), plain, grad, null);
          Tensor heavy = random(1, n);
          Tensor velocity = empty(n);
          backend.sgdStep(new SgdStep(0.1, 0.9, 0, 0.01, true, true), heavy, grad, velocity);
          backend.sgdStep(new SgdStep(0.1, 0.9, 0.2, 0.01, false, false), heavy, grad, velocity);
          Tensor adam = random(1, n);
          Tensor m = Tensor.zeros(DType.FLOAT32, Shape.of(n));
          Tensor v = Tensor.zeros(DType.FLOAT32, Shape.of(n));
          backend.adamStep(new AdamStep(0.01, 0.9, 0.999, 1e-8, 0.1, false, 1), adam, grad, m, v);
          backend.adamStep(new AdamStep(0.01, 0.9, 0.999, 1e-8, 0.1, true, 2), adam, grad, m, v);
          return new Tensor[] {plain, heavy, velocity, adam, m, v};
        });
  }

  @ParameterizedTest
  @EnumSource(Distribution.class)
  void randomTensorsAreTheReferencesBitForBit(Distribution distribution) {
    for (int size : new int[] {1, 3, 4, 8193, 30001}) {
      check(
          0,
          backend -> {
            Tensor floats = empty(size);
            Tensor doubles = Tensor.zeros(DType.FLOAT64, Shape.of(size));
            backend.random(distribution, 0.3, 1.7, 99, 7, (1L << 32) - 5, floats);
            backend.random(distribution, 0.3, 1.7, 99, 7, (1L << 32) - 5, doubles);
            return new Tensor[] {floats, doubles};
          });
    }
  }

  @Test
  void gatheringAndScatteringAgree() {
    check(
        2 * ROUNDING,
        backend -> {
          Tensor x = random(1, 300, 777);
          long[] rows = new SplittableRandom(3).longs(500, 0, 300).toArray();
          Tensor index = Tensor.of(Shape.of(500), rows);
          Tensor gathered = empty(500, 777);
          backend.gatherRows(x, index, gathered);
          Tensor sums = random(4, 300, 777);
          backend.scatterAddRows(gathered, index, sums);
          int[] positions =
              new SplittableRandom(5).ints(0, 300 * 777).distinct().limit(90001).sorted().toArray();
          Tensor values = empty(positions.length);
          backend.gatherElements(x, positions, values);
          Tensor dense = empty(300, 777);
          backend.scatterElements(values, positions, dense);
          return new Tensor[] {gathered, sums, values, dense};
        });
  }
}
