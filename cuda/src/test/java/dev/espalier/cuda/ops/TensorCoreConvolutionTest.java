package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.emulator.LaunchReport;
import dev.espalier.tensor.Backends;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Block-sparse convolution on tensor cores against loops over every index.
 *
 * <p>Where operands are multiples of 1/64 below 1 in size, every type holds them, and sums of fewer
 * than 4096 of their products are multiples of 1/4096 that float32 holds: results are exact,
 * whatever their order.
 */
final class TensorCoreConvolutionTest {
  private static final Device CUDA = new Device("cuda", 0);

  /** One convolution whose weight has blocks of that size. */
  private record Case(
      int n, int c, int h, int w, int o, int kernel, ConvSpec spec, int height, int width) {
    Shape x() {
      return Shape.of(n, c, h, w);
    }

    Shape weight() {
      return Shape.of(o, c / spec.groups(), kernel, kernel);
    }

    Shape y() {
      return Shape.of(n, o, spec.outHeight(h, kernel), spec.outWidth(w, kernel));
    }

    int columns() {
      return c / spec.groups() * kernel * kernel;
    }

    /** Visits every triple of positions in x, w and y that are multiplied and added. */
    void forEachTerm(Term term) {
      int perGroup = c / spec.groups();
      int outH = y().dim(2);
      int outW = y().dim(3);
      int taps = kernel * kernel;
      for (int i = 0; i < n * o * perGroup * taps; i++) {
        int tap = i % taps;
        int part = i / taps % perGroup;
        int filter = i / taps / perGroup % o;
        int image = i / taps / perGroup / o;
        int channel = filter / (o / spec.groups()) * perGroup + part;
        for (int p = 0; p < outH * outW; p++) {
          int row = p / outW * spec.strideH() + tap / kernel * spec.dilationH() - spec.padH();
          int column = p % outW * spec.strideW() + tap % kernel * spec.dilationW() - spec.padW();
          if (row >= 0 && row < h && column >= 0 && column < w) {
            term.visit(
                ((image * c + channel) * h + row) * w + column,
                (filter * perGroup + part) * taps + tap,
                (image * o + filter) * outH * outW + p);
          }
        }
      }
    }
  }

  private interface Term {
    void visit(int x, int w, int y);
  }

  /** Sums in float64 and the sums of their terms' sizes. */
  private record Sums(double[] values, double[] sizes) {
    static Sums of(long count) {
      return new Sums(new double[Math.toIntExact(count)], new double[Math.toIntExact(count)]);
    }

    void add(int at, double term) {
      values[at] += term;
      sizes[at] += Math.abs(term);
    }
  }

  private final CudaBackend backend = (CudaBackend) Backends.of(CUDA);
  private final TensorCoreConvolution convolution = new TensorCoreConvolution(backend.context());
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static List<Case> cases() {
    ConvSpec same = ConvSpec.of(1, 1);
    ConvSpec half = ConvSpec.of(2, 1);
    List<Case> cases = new ArrayList<>();
    for (int b : new int[] {8, 16, 32, 64}) {
      cases.add(new Case(2, b, 7, 5, 2 * b, 1, ConvSpec.DEFAULT, b, b));
      cases.add(new Case(1, b, 5, 9, 2 * b, 3, same, b, 9 * b));
    }
    cases.add(new Case(2, 32, 7, 7, 24, 3, same, 8, 8));
    cases.add(new Case(1, 48, 9, 8, 32, 3, half, 16, 16));
    cases.add(new Case(1, 32, 4, 17, 64, 3, half, 32, 32));
    cases.add(new Case(1, 64, 3, 3, 64, 3, same, 64, 64));
    cases.add(new Case(3, 24, 11, 13, 16, 3, half, 8, 72));
    cases.add(new Case(1, 16, 1, 1, 16, 3, same, 16, 144));
    cases.add(new Case(1, 16, 1, 1, 8, 1, ConvSpec.DEFAULT, 8, 16));
    cases.add(new Case(2, 16, 16, 16, 8, 1, ConvSpec.DEFAULT, 8, 8));
    cases.add(new Case(1, 16, 8, 15, 16, 1, ConvSpec.of(2, 0), 16, 16));
    cases.add(new Case(1, 8, 6, 5, 8, 1, ConvSpec.of(1, 2), 8, 8));
    cases.add(new Case(1, 16, 12, 11, 8, 3, new ConvSpec(2, 3, 0, 4, 2, 1, 1), 8, 72));
    cases.add(new Case(2, 32, 6, 7, 32, 3, same.withGroups(2), 16, 72));
    cases.add(new Case(1, 8, 10, 9, 8, 3, ConvSpec.of(1, 2).withDilation(2), 8, 24));
    cases.add(new Case(1, 8, 7, 6, 16, 5, ConvSpec.of(2, 2), 16, 8));
    cases.add(new Case(1, 8, 4, 6, 8, 2, ConvSpec.of(2, 0), 8, 32));
    cases.add(new Case(0, 8, 4, 4, 8, 3, same, 8, 8));
    cases.add(new Case(1, 8, 2, 2, 8, 3, ConvSpec.DEFAULT, 8, 8));
    return cases;
  }

  /** Full rows, rows with their last block alone and empty ones, in turn, from `first` on. */
  private static BsrPattern pattern(Case k, int first) {
    int rows = k.o / k.height;
    int columns = k.columns() / k.width;
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int kind = (row + first) % 3;
        if (kind == 0 || kind == 1 && column == columns - 1) {
          indices[at++] = column;
        }
      }
      offsets[row + 1] = at;
    }
    CsrPattern grid = CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, at));
    return new BsrPattern(grid, k.height, k.width);
  }

  private static List<BsrPattern> patterns(Case k) {
    return List.of(pattern(k, 0), pattern(k, 1), pattern(k, 2));
  }

  private static float[] exact(long seed, long count) {
    var generator = new Generator(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.rint(126 * generator.nextDouble() - 63) / 64;
    }
    return values;
  }

  private static double[] dense(Case k, BsrPattern pattern, float[] values) {
    double[] dense = new double[Math.toIntExact(k.weight().size())];
    int[] positions = pattern.flatPositions();
    for (int p = 0; p < positions.length; p++) {
      dense[positions[p]] = values[p];
    }
    return dense;
  }

  private static Tensor device(Shape shape, float... values) {
    return Tensor.of(shape, values).to(CUDA);
  }

  private static Tensor garbage(Shape shape) {
    return Tensor.full(DType.FLOAT32, shape, Double.NaN).to(CUDA);
  }

  private static void assertExact(Tensor actual, double[] expected, String what) {
    assertThat(actual.to(Device.CPU).toDoubleArray()).as(what).containsExactly(expected);
  }

  @ParameterizedTest
  @EnumSource
  void forwardIsThatOfLoops(TensorCoreType type) {
    for (Case k : cases()) {
      float[] x = exact(1, k.x().size());
      float[] bias = exact(2, k.o);
      int plane = k.y().dim(2) * k.y().dim(3);
      for (BsrPattern pattern : patterns(k)) {
        float[] stored = exact(3, pattern.nnz());
        double[] w = dense(k, pattern, stored);
        Sums sums = Sums.of(k.y().size());
        k.forEachTerm((i, j, to) -> sums.add(to, x[i] * w[j]));
        Tensor values = device(pattern.valuesShape(), stored);
        Tensor in = device(k.x(), x);
        String what = "%s %s %s".formatted(type, k, pattern);
        Tensor out = garbage(k.y());
        convolution.conv2d(pattern, values, k.weight(), in, null, false, k.spec, out, type);
        assertExact(out, sums.values, what);
        Arrays.setAll(sums.values, i -> Math.max(0, sums.values[i] + bias[i / plane % k.o]));
        Tensor narrow = in.to(type.storage());
        Tensor narrowValues = values.to(type.storage());
        Tensor offsets = device(Shape.of(k.o), bias);
        convolution.conv2d(
            pattern, narrowValues, k.weight(), narrow, offsets, true, k.spec, out, type);
        assertExact(out, sums.values, what + " of the type itself, with bias");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientOfTheInputIsThatOfLoops(TensorCoreType type) {
    for (Case k : cases()) {
      float[] dy = exact(4, k.y().size());
      for (BsrPattern pattern : patterns(k)) {
        float[] stored = exact(5, pattern.nnz());
        double[] w = dense(k, pattern, stored);
        Sums sums = Sums.of(k.x().size());
        k.forEachTerm((to, j, i) -> sums.add(to, dy[i] * w[j]));
        Tensor dx = garbage(k.x());
        convolution.conv2dGradInput(
            pattern,
            device(pattern.valuesShape(), stored),
            k.weight(),
            device(k.y(), dy),
            k.spec,
            dx,
            type);
        String what = "%s %s %s".formatted(type, k, pattern);
        assertExact(dx, sums.values, what);
        convolution.conv2dGradInput(
            pattern,
            device(pattern.valuesShape(), stored).to(type.storage()),
            k.weight(),
            device(k.y(), dy).to(type.storage()),
            k.spec,
            dx,
            type);
        assertExact(dx, sums.values, what + " of the type itself");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientOfTheWeightIsThatOfLoops(TensorCoreType type) {
    for (Case k : cases()) {
      float[] x = exact(6, k.x().size());
      float[] dy = exact(7, k.y().size());
      Sums sums = Sums.of(k.weight().size());
      k.forEachTerm((i, to, j) -> sums.add(to, x[i] * dy[j]));
      for (BsrPattern pattern : patterns(k)) {
        double[] expected =
            Arrays.stream(pattern.flatPositions()).mapToDouble(p -> sums.values[p]).toArray();
        Tensor out = garbage(pattern.valuesShape());
        convolution.conv2dGradWeight(
            pattern, k.weight(), device(k.x(), x), device(k.y(), dy), k.spec, out, type);
        assertExact(out, expected, "%s %s %s".formatted(type, k, pattern));
      }
    }
  }

  @Test
  void operandsOfAnyStridesAreTaken() {
    Case k = new Case(2, 16, 6, 7, 16, 3, ConvSpec.of(1, 1), 16, 144);
    Case one = new Case(2, 16, 6, 7, 16, 1, ConvSpec.DEFAULT, 16, 16);
    for (Case c : List.of(k, one)) {
      BsrPattern pattern = pattern(c, 0);
      Tensor values = device(pattern.valuesShape(), exact(8, pattern.nnz()));
      Tensor x = device(c.x(), exact(9, c.x().size()));
      Tensor turned = x.transpose(1, 3).copy().transpose(1, 3);
      Tensor dy = device(c.y(), exact(10, c.y().size()));
      Tensor turnedDy = dy.transpose(1, 2).copy().transpose(1, 2);
      TensorCoreType type = TensorCoreType.BFLOAT16;
      for (boolean strided : new boolean[] {false, true}) {
        Tensor in = strided ? turned : x;
        Tensor left = strided ? turnedDy : dy;
        Tensor out = garbage(c.y());
        Tensor dx = garbage(c.x());
        Tensor dw = garbage(pattern.valuesShape());
        convolution.conv2d(pattern, values, c.weight(), in, null, false, c.spec, out, type);
        convolution.conv2dGradInput(pattern, values, c.weight(), left, c.spec, dx, type);
        convolution.conv2dGradWeight(pattern, c.weight(), in, left, c.spec, dw, type);
        Sums y = Sums.of(c.y().size());
        Sums gradX = Sums.of(c.x().size());
        Sums gradW = Sums.of(c.weight().size());
        double[] hostX = x.toDoubleArray();
        double[] hostDy = dy.toDoubleArray();
        double[] w = dense(c, pattern, values.to(Device.CPU).toFloatArray());
        c.forEachTerm(
            (i, j, o) -> {
              y.add(o, hostX[i] * w[j]);
              gradX.add(i, hostDy[o] * w[j]);
              gradW.add(j, hostX[i] * hostDy[o]);
            });
        assertExact(out, y.values, "forward");
        assertExact(dx, gradX.values, "input gradient");
        assertExact(dw, gradW.values, "weight gradient");
      }
    }
  }

  /** Pixels that no output reads do not spoil sums, though they lie where the last pieces end. */
  @Test
  void infinitePixelsBesideTheOutputsStayOutside() {
    Case k = new Case(1, 8, 3, 6, 8, 1, ConvSpec.of(1, 0), 8, 8);
    Case strided = new Case(1, 8, 5, 6, 8, 3, ConvSpec.of(2, 0), 8, 72);
    for (Case c : List.of(k, strided)) {
      float[] x = exact(11, c.x().size());
      boolean[] read = new boolean[x.length];
      c.forEachTerm((i, j, o) -> read[i] = true);
      for (int i = 0; i < x.length; i++) {
        x[i] = read[i] ? x[i] : Float.POSITIVE_INFINITY;
      }
      float[] dy = exact(12, c.y().size());
      BsrPattern pattern = pattern(c, 0);
      Sums sums = Sums.of(c.weight().size());
      c.forEachTerm((i, to, o) -> sums.add(to, x[i] * dy[o]));
      double[] expected =
          Arrays.stream(pattern.flatPositions()).mapToDouble(p -> sums.values[p]).toArray();
      Tensor dw = garbage(pattern.valuesShape());
      convolution.conv2dGradWeight(
          pattern,
          c.weight(),
          device(c.x(), x),
          device(c.y(), dy),
          c.spec,
          dw,
          TensorCoreType.FLOAT16);
      assertExact(dw, expected, c.toString());
    }
  }

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

  private static float[] uniform(long seed, long count) {
    var generator = new Generator(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * generator.nextDouble() - 1);
    }
    return values;
  }

  private static double[] rounded(Precision precision, float[] values) {
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> rounded(precision, values[i]));
    return result;
  }

  private static void assertClose(Tensor actual, double[] expected, double[] sizes, int terms) {
    double[] values = actual.toDoubleArray();
    for (int i = 0; i < expected.length; i++) {
      double bound = (terms + 4) * 0x1p-23 * sizes[i];
      assertThat(Math.abs(values[i] - expected[i])).as("element %d", i).isLessThanOrEqualTo(bound);
    }
  }

  /** Through the backend: the precision decides, and float32 stays float32. */
  @ParameterizedTest
  @EnumSource
  void thePrecisionOfTheThreadDecides(Precision precision) {
    List<Case> some =
        List.of(
            new Case(2, 16, 7, 9, 32, 3, ConvSpec.of(2, 1), 16, 144),
            new Case(1, 16, 6, 4, 16, 3, ConvSpec.of(1, 1).withGroups(2), 8, 8),
            new Case(1, 32, 3, 7, 32, 1, ConvSpec.DEFAULT, 32, 32),
            new Case(1, 6, 5, 5, 8, 3, ConvSpec.of(2, 1), 4, 18));
    for (Case k : some) {
      BsrPattern pattern = pattern(k, 0);
      float[] x = uniform(13, k.x().size());
      float[] dy = uniform(14, k.y().size());
      float[] stored = uniform(15, pattern.nnz());
      Precision seen = k.height < 8 ? Precision.FLOAT32 : precision;
      double[] w = dense(k, pattern, stored);
      Arrays.setAll(w, i -> rounded(seen, w[i]));
      double[] roundedX = rounded(seen, x);
      double[] roundedDy = rounded(seen, dy);
      Sums y = Sums.of(k.y().size());
      Sums gradX = Sums.of(k.x().size());
      Sums gradW = Sums.of(k.weight().size());
      k.forEachTerm(
          (i, j, o) -> {
            y.add(o, roundedX[i] * w[j]);
            gradX.add(i, roundedDy[o] * w[j]);
            gradW.add(j, roundedX[i] * roundedDy[o]);
          });
      Tensor in = device(k.x(), x);
      Tensor left = device(k.y(), dy);
      Tensor values = device(pattern.valuesShape(), stored);
      Tensor out = garbage(k.y());
      Tensor dx = garbage(k.x());
      Tensor dw = garbage(pattern.valuesShape());
      Shape weight = k.weight();
      precision.run(
          () -> {
            backend.sparseConv2d(pattern, values, weight, in, null, false, k.spec, out);
            backend.sparseConv2dGradInput(pattern, values, weight, left, k.spec, dx);
            backend.sparseConv2dGradWeight(pattern, weight, in, left, k.spec, dw);
          });
      assertClose(out, y.values, y.sizes, k.columns());
      assertClose(dx, gradX.values, gradX.sizes, k.o * k.kernel * k.kernel);
      int[] positions = pattern.flatPositions();
      double[] expected = Arrays.stream(positions).mapToDouble(p -> gradW.values[p]).toArray();
      double[] sizes = Arrays.stream(positions).mapToDouble(p -> gradW.sizes[p]).toArray();
      assertClose(dw, expected, sizes, k.n * k.y().dim(2) * k.y().dim(3));
    }
  }

  @ParameterizedTest
  @EnumSource
  void noAccessOfSharedMemoryMeetsAnother(TensorCoreType type) {
    for (Case k : cases()) {
      if (k.n == 0 || k.height * 2 != k.o) {
        continue;
      }
      BsrPattern pattern = pattern(k, 0);
      Tensor values = device(pattern.valuesShape(), exact(16, pattern.nnz()));
      Tensor x = device(k.x(), exact(17, k.x().size()));
      Tensor dy = device(k.y(), exact(18, k.y().size()));
      convolution.conv2d(pattern, values, k.weight(), x, null, false, k.spec, garbage(k.y()), type);
      assertFreeOfConflicts("blocks_conv_mma");
      convolution.conv2dGradInput(pattern, values, k.weight(), dy, k.spec, garbage(k.x()), type);
      assertFreeOfConflicts("blocks_conv_mma");
      convolution.conv2dGradWeight(
          pattern, k.weight(), x, dy, k.spec, garbage(pattern.valuesShape()), type);
      assertFreeOfConflicts("conv_sampled_mma");
    }
  }

  private void assertFreeOfConflicts(String kernel) {
    assumeTrue(backend.context().driver() instanceof EmulatedDriver, "counts of the emulator");
    LaunchReport report = ((EmulatedDriver) backend.context().driver()).lastLaunch();
    assertThat(report.kernel()).startsWith(kernel);
    assertThat(report.wavefronts()).isPositive();
    assertThat(report.bankConflicts()).as(report.summary()).isZero();
  }

  @Test
  void refusesWhatTensorCoresDoNotTake() {
    assertRefused(new Case(1, 8, 4, 4, 8, 3, ConvSpec.DEFAULT, 4, 8), "rows but have 4");
    assertRefused(
        new Case(1, 8, 4, 4, 8, 3, ConvSpec.DEFAULT, 8, 36), "multiples of 8 but have 36");
    assertRefused(
        new Case(1, 16, 4, 4, 16, 3, ConvSpec.DEFAULT.withGroups(2), 16, 72),
        "16 rows do not divide the 8 output channels of a group");
    Case odd = new Case(1, 6, 4, 4, 8, 2, ConvSpec.DEFAULT, 8, 8);
    BsrPattern pattern = pattern(odd, 0);
    Tensor any = garbage(Shape.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                convolution.conv2dGradInput(
                    pattern, any, odd.weight(), any, odd.spec, any, TensorCoreType.TF32))
        .withMessageContaining("multiples of 8 per group but are 6");
  }

  private void assertRefused(Case k, String reason) {
    BsrPattern pattern = pattern(k, 0);
    Tensor any = garbage(Shape.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                convolution.conv2d(
                    pattern,
                    any,
                    k.weight(),
                    any,
                    null,
                    false,
                    k.spec,
                    any,
                    TensorCoreType.BFLOAT16))
        .withMessageContainingAll("on tensor cores", reason, "use the backend's sparseConv2d");
  }
}
