package dev.espalier.cuda.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.Program;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Generated kernels against loops (products) and the processor's reference backend (convolutions).
 *
 * <p>Operands are multiples of 1/64 below 1 in size, so that results are exact in any order.
 */
final class FrozenLayersTest {
  private static final Device CUDA = new Device("cuda", 0);

  private final DeviceContext context = ((CudaBackend) Backends.of(CUDA)).context();
  private final FrozenLayers layers = new FrozenLayers(context);
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
    layers.close();
  }

  private static double[] values(long seed, long count) {
    var generator = new Generator(seed);
    double[] values = new double[Math.toIntExact(count)];
    Arrays.setAll(values, i -> Math.rint(126 * generator.nextDouble() - 63) / 64);
    return values;
  }

  /** Every third row is empty unless the pattern is full; row 0 is. */
  private static CsrPattern pattern(int rows, int columns, double density) {
    var generator = new Generator(rows * 1000L + columns);
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        boolean skewed = row == 0 && density > 0;
        boolean drawn = generator.nextDouble() < density && (row % 3 != 1 || density == 1);
        if (skewed || drawn) {
          indices[at++] = column;
        }
      }
      offsets[row + 1] = at;
    }
    return CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, at));
  }

  private static Tensor tensor(DType type, Shape shape, double... values) {
    return Tensor.of(shape, values).to(type);
  }

  private static Tensor garbage(DType type, Shape shape) {
    return Tensor.full(type, shape, Double.NaN).to(CUDA);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void productsAreThoseOfLoops(DType type) {
    int[][] extents = {{1, 1}, {5, 0}, {7, 13}, {67, 33}};
    for (int[] extent : extents) {
      int m = extent[0];
      int k = extent[1];
      for (double density : new double[] {0, 0.1, 1}) {
        CsrPattern pattern = pattern(m, k, density);
        double[] stored = values(1, pattern.nnz());
        double[] bias = values(2, m);
        for (int n : new int[] {1, 16, 17, 600}) {
          double[] b = values(3, (long) k * n);
          double[] expected = new double[m * n];
          for (int row = 0; row < m; row++) {
            for (int j = 0; j < n; j++) {
              double sum = bias[row];
              for (int p = pattern.rowOffsets()[row]; p < pattern.rowOffsets()[row + 1]; p++) {
                sum += stored[p] * b[pattern.columnIndices()[p] * n + j];
              }
              expected[row * n + j] = Math.max(0, sum);
            }
          }
          Tensor c = garbage(type, Shape.of(m, n));
          layers.spmm(
              pattern,
              tensor(type, Shape.of(pattern.nnz()), stored),
              tensor(type, Shape.of(m), bias),
              true,
              tensor(type, Shape.of(k, n), b).to(CUDA),
              c);
          assertThat(c.to(Device.CPU).toDoubleArray())
              .as("%d×%d density %s n %d", m, k, density, n)
              .containsExactly(expected);
        }
      }
    }
  }

  /** Input shape, weight shape and specification. */
  private record Layer(Shape x, Shape weight, ConvSpec spec) {}

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void convolutionsAreThoseOfTheProcessor(DType type) {
    Backend reference = Backends.of(Device.CPU);
    for (Layer layer :
        List.of(
            new Layer(Shape.of(2, 3, 5, 7), Shape.of(6, 3, 3, 3), ConvSpec.of(1, 1)),
            new Layer(Shape.of(3, 8, 4, 6), Shape.of(19, 8, 1, 1), ConvSpec.DEFAULT),
            new Layer(Shape.of(1, 4, 7, 7), Shape.of(5, 4, 1, 1), ConvSpec.DEFAULT),
            new Layer(Shape.of(2, 4, 9, 8), Shape.of(6, 2, 3, 3), ConvSpec.of(2, 1).withGroups(2)),
            new Layer(Shape.of(2, 16, 14, 14), Shape.of(8, 16, 3, 3), ConvSpec.of(1, 1)))) {
      Shape w = layer.weight;
      CsrPattern pattern = pattern(w.dim(0), w.dim(1) * w.dim(2) * w.dim(3), 0.3);
      Tensor values = tensor(type, pattern.valuesShape(), values(4, pattern.nnz()));
      Tensor x = tensor(type, layer.x, values(5, layer.x.size()));
      Tensor bias = tensor(type, Shape.of(w.dim(0)), values(6, w.dim(0)));
      Shape shape =
          Shape.of(
              layer.x.dim(0),
              w.dim(0),
              layer.spec.outHeight(layer.x.dim(2), w.dim(2)),
              layer.spec.outWidth(layer.x.dim(3), w.dim(3)));
      Tensor expected = Tensor.zeros(type, shape);
      reference.sparseConv2d(pattern, values, w, x, bias, true, layer.spec, expected);
      Tensor out = garbage(type, shape);
      layers.conv2d(pattern, values, w, x.to(CUDA), bias, true, layer.spec, out);
      assertThat(out.to(Device.CPU).toDoubleArray())
          .as(layer.toString())
          .containsExactly(expected.toDoubleArray());
    }
  }

  @Test
  void kernelsAreKeptByTheWeightsContents() {
    CsrPattern pattern = pattern(4, 6, 0.5);
    double[] stored = values(7, pattern.nnz());
    Tensor b = tensor(DType.FLOAT32, Shape.of(6, 8), values(8, 48)).to(CUDA);
    Tensor c = garbage(DType.FLOAT32, Shape.of(4, 8));
    for (int i = 0; i < 2; i++) {
      layers.spmm(pattern, tensor(DType.FLOAT32, pattern.valuesShape(), stored), null, false, b, c);
    }
    assertThat(layers.size()).isEqualTo(1);
    stored[0] += 1;
    layers.spmm(pattern, tensor(DType.FLOAT32, pattern.valuesShape(), stored), null, false, b, c);
    assertThat(layers.size()).isEqualTo(2);
  }

  @Test
  void everyTileComputesTheSame() {
    CsrPattern pattern = pattern(40, 30, 0.2);
    double[] stored = values(9, pattern.nnz());
    int n = 24;
    int[] places = new int[pattern.nnz()];
    Arrays.setAll(places, p -> pattern.columnIndices()[p] * n);
    var grid = new FrozenGrid(n, n, 0, 0, 4);
    var weight =
        new FrozenWeight(DType.FLOAT32, pattern.rowOffsets(), places, stored, null, false, grid);
    assertThat(FrozenTile.candidates(weight)).hasSizeGreaterThan(6);
    Tensor b = tensor(DType.FLOAT32, Shape.of(30, n), values(10, 30L * n)).to(CUDA);
    double[] first = null;
    for (FrozenTile tile : FrozenTile.candidates(weight)) {
      Tensor c = garbage(DType.FLOAT32, Shape.of(40, n));
      try (Program program = context.driver().load(FrozenCode.of(weight, tile))) {
        new Launch(
                context.stream(),
                context.properties(),
                program.kernel(FrozenCode.ENTRY),
                context::pointer)
            .tensor(b)
            .tensor(c)
            .int32(n)
            .run(Extent.of(1, tile.groups(weight)), Extent.of(FrozenTile.THREADS));
        double[] result = c.to(Device.CPU).toDoubleArray();
        first = first == null ? result : first;
        assertThat(result).as(tile.toString()).containsExactly(first).doesNotContain(Double.NaN);
      }
    }
  }

  @Test
  void refusesOperandsThatAreNotContiguous() {
    CsrPattern pattern = pattern(4, 6, 0.5);
    Tensor values = tensor(DType.FLOAT32, pattern.valuesShape(), values(1, pattern.nnz()));
    Tensor b = tensor(DType.FLOAT32, Shape.of(8, 6), values(8, 48)).to(CUDA).transpose();
    Tensor c = garbage(DType.FLOAT32, Shape.of(4, 8));
    assertThatThrownBy(() -> layers.spmm(pattern, values, null, false, b, c))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("contiguous");
  }

  private void assertRefused(ThrowableAssert.ThrowingCallable call, String... parts) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("frozen layer: ")
        .hasMessageContainingAll(parts);
    assertThat(layers.size()).isZero();
  }

  @Test
  void refusesOperandsThatDoNotFit() {
    DType type = DType.FLOAT32;
    CsrPattern pattern = pattern(4, 6, 0.5);
    Tensor values = tensor(type, pattern.valuesShape(), values(1, pattern.nnz()));
    Tensor b = tensor(type, Shape.of(6, 8), values(8, 48)).to(CUDA);
    Tensor c = garbage(type, Shape.of(4, 8));
    Tensor few = tensor(type, Shape.of(1), 1);
    assertRefused(
        () -> layers.spmm(pattern, few, null, false, b, c),
        pattern.nnz() + " positions",
        "1 values");
    assertRefused(
        () -> layers.spmm(pattern, values, few, false, b, c), "4 rows", "[1]", "for each row");
    assertRefused(
        () -> layers.spmm(pattern, values, null, false, c, c.copy()),
        "[4, 6]",
        "[4, 8]",
        "b [6, N]");
    assertRefused(() -> layers.spmm(pattern, values, null, false, b, b), "overlaps", "copy()");
    assertRefused(
        () -> layers.spmm(pattern, values, null, false, b.to(DType.FLOAT64), c),
        "float64 and float32",
        "to(DType)");
    assertRefused(
        () -> layers.spmm(pattern, values, null, false, b.to(Device.CPU), c),
        "is on cpu, not on cuda:0",
        "to(device)");
    Shape weight = Shape.of(4, 6, 1, 1);
    Tensor x = garbage(type, Shape.of(1, 6, 3, 3));
    Tensor out = garbage(type, Shape.of(1, 4, 3, 3));
    var spec = ConvSpec.DEFAULT;
    assertRefused(
        () -> layers.conv2d(pattern, values, Shape.of(4, 3, 1, 1), x, null, false, spec, out),
        "[4, 6]",
        "[4, 3, 1, 1]");
    assertRefused(
        () -> layers.conv2d(pattern, values, weight, out, null, false, spec, x),
        "[N, 6, H, W]",
        "[1, 4, 3, 3]");
    assertRefused(
        () -> layers.conv2d(pattern, values, weight, x, null, false, ConvSpec.of(2, 0), out),
        "out must have shape [1, 4, 2, 2]",
        "[1, 4, 3, 3]");
    assertRefused(
        () ->
            layers.conv2d(
                pattern, values, Shape.of(4, 1, 6, 1), x.narrow(1, 0, 1), null, false, spec, out),
        "exceeds the padded input");
  }
}
