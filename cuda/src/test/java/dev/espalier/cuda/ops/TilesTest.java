package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.ops.ProductWork.Tile;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.RandomFill;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every tile of the dense products, also those that the contract's small shapes do not choose. */
final class TilesTest {
  private static final Device DEVICE = new Device("cuda", 0);

  private final CudaBackend backend = (CudaBackend) Backends.of(DEVICE);
  private final Gemm gemm = new Gemm(backend.context());
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static Tensor values(DType dtype, long seed, int... dims) {
    return RandomFill.uniform(new Generator(seed), dtype, Shape.of(dims), -1, 1);
  }

  /** The same elements with their last two axes exchanged in the device's memory, or not. */
  private static Tensor laidOut(Tensor host, boolean transposed) {
    return transposed ? host.transpose().copy().to(DEVICE).transpose() : host.to(DEVICE);
  }

  private static double[] product(double[] a, double[] b, int m, int k, int n) {
    double[] c = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int p = 0; p < k; p++) {
        for (int j = 0; j < n; j++) {
          c[i * n + j] += a[i * k + p] * b[p * n + j];
        }
      }
    }
    return c;
  }

  private static double[] map(double[] x, DoubleUnaryOperator function) {
    return Arrays.stream(x).map(function).toArray();
  }

  @Test
  void everyTileGivesTheSameBitsForEveryLayout() {
    for (int[] e : new int[][] {{130, 19, 132}, {129, 8, 127}, {64, 17, 65}, {31, 1, 33}}) {
      for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
        Tensor a = values(dtype, 1, e[0], e[1]);
        Tensor b = values(dtype, 2, e[1], e[2]);
        double[] expected = product(a.toDoubleArray(), b.toDoubleArray(), e[0], e[1], e[2]);
        double[] first = null;
        for (Tile tile : new Tile[] {Tile.SMALL, Tile.MEDIUM, Tile.LARGE}) {
          if (tile.equals(Tile.LARGE) && dtype == DType.FLOAT64) {
            continue;
          }
          for (int layout = 0; layout < 4; layout++) {
            Tensor c = run(tile, laidOut(a, layout % 2 == 1), laidOut(b, layout / 2 == 1), e);
            double[] actual = c.toDoubleArray();
            first = first == null ? actual : first;
            assertThat(actual).as("%s %s layout %d", tile, dtype, layout).containsExactly(first);
          }
        }
        double bound = e[1] * (dtype == DType.FLOAT32 ? 0x1p-23 : 0x1p-52);
        assertThat(first).containsExactly(expected, within(bound));
      }
    }
  }

  private Tensor run(Tile tile, Tensor a, Tensor b, int[] e) {
    Tensor c = Tensor.empty(a.dtype(), Shape.of(e[0], e[2]), DEVICE).fill(Double.NaN);
    var work = new ProductWork(e[0], e[2], e[1], 1, 1, e[1]);
    gemm.tiles(1, a, b, 0, c, Epilogue.NONE, work, tile);
    return c;
  }

  @Test
  void splitsOfTheTermsAddUp() {
    int k = 1100;
    for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
      Tensor a = values(dtype, 3, 5, k);
      Tensor b = values(dtype, 4, k, 7);
      Tensor c = Tensor.full(dtype, Shape.of(5, 7), 2).to(DEVICE);
      Tensor bias = Tensor.full(dtype, Shape.of(7), 100).to(DEVICE);
      assertThat(ProductWork.of(5, 7, k, 1).splits()).isGreaterThan(1);
      backend.gemm(2, a.to(DEVICE), b.to(DEVICE), 0.5, c, new Epilogue(null, bias, true));
      double[] expected =
          map(product(a.toDoubleArray(), b.toDoubleArray(), 5, k, 7), v -> 2 * v + 101);
      double bound = k * (dtype == DType.FLOAT32 ? 0x1p-22 : 0x1p-51);
      assertThat(c.toDoubleArray()).containsExactly(expected, within(bound));
    }
  }

  /** What tensor cores see of an operand. */
  private static double rounded(Precision precision, double x) {
    return switch (precision) {
      case FLOAT32 -> x;
      case TF32 -> Float.intBitsToFloat((Float.floatToRawIntBits((float) x) + 0x1000) & 0xffffe000);
      case BF16 -> through(DType.BFLOAT16, x);
      case F16 -> through(DType.FLOAT16, x);
    };
  }

  private static double through(DType type, double x) {
    try (Tensor one = Tensor.scalar(type, x)) {
      return one.item();
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void tensorCoresMultiplyRoundedOperandsExactly(Precision precision) {
    for (int[] e : new int[][] {{130, 19, 132}, {3, 32, 5}, {16, 0, 8}}) {
      Tensor a = values(DType.FLOAT32, 5, e[0], e[1]);
      Tensor b = values(DType.FLOAT32, 6, e[1], e[2]);
      double[] expected =
          product(
              map(a.toDoubleArray(), x -> rounded(precision, x)),
              map(b.toDoubleArray(), x -> rounded(precision, x)),
              e[0],
              e[1],
              e[2]);
      for (int layout = 0; layout < 4; layout++) {
        Tensor left = laidOut(a, layout % 2 == 1);
        Tensor right = laidOut(b, layout / 2 == 1);
        Tensor c = Tensor.empty(DType.FLOAT32, Shape.of(e[0], e[2]), DEVICE).fill(Double.NaN);
        precision.run(() -> backend.gemm(1, left, right, 0, c, Epilogue.NONE));
        assertThat(c.toDoubleArray())
            .as("layout %d", layout)
            .containsExactly(expected, within((e[1] + 4) * 0x1p-22));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void convolutionsRoundTheirOperandsAsProductsDo(Precision precision) {
    ConvSpec spec = ConvSpec.of(2, 1).withGroups(2);
    Tensor x = values(DType.FLOAT32, 7, 2, 6, 7, 9);
    Tensor w = values(DType.FLOAT32, 8, 4, 3, 3, 3);
    Tensor dy = values(DType.FLOAT32, 9, 2, 4, 4, 5);
    Tensor roundedX = exact(precision, x);
    Tensor roundedW = exact(precision, w);
    Tensor roundedDy = exact(precision, dy);
    Tensor out = Tensor.empty(DType.FLOAT32, dy.shape(), DEVICE);
    Tensor dx = Tensor.empty(DType.FLOAT32, x.shape(), DEVICE);
    Tensor dw = Tensor.empty(DType.FLOAT32, w.shape(), DEVICE);
    precision.run(
        () -> {
          backend.conv2d(x.to(DEVICE), w.to(DEVICE), null, false, spec, out);
          backend.conv2dGradInput(dy.to(DEVICE), w.to(DEVICE), spec, dx);
          backend.conv2dGradWeight(x.to(DEVICE), dy.to(DEVICE), spec, dw);
        });
    var cpu = Backends.of(Device.CPU);
    Tensor wanted = Tensor.empty(DType.FLOAT64, dy.shape());
    cpu.conv2d(roundedX, roundedW, null, false, spec, wanted);
    assertThat(out.toDoubleArray()).containsExactly(wanted.toDoubleArray(), within(1e-5));
    wanted = Tensor.empty(DType.FLOAT64, x.shape());
    cpu.conv2dGradInput(roundedDy, roundedW, spec, wanted);
    assertThat(dx.toDoubleArray()).containsExactly(wanted.toDoubleArray(), within(1e-5));
    wanted = Tensor.empty(DType.FLOAT64, w.shape());
    cpu.conv2dGradWeight(roundedX, roundedDy, spec, wanted);
    assertThat(dw.toDoubleArray()).containsExactly(wanted.toDoubleArray(), within(1e-5));
  }

  private static Tensor exact(Precision precision, Tensor x) {
    return Tensor.of(x.shape(), map(x.toDoubleArray(), v -> rounded(precision, v)));
  }
}
