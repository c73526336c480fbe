package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.context.Precision;
import dev.espalier.cuda.emulator.EmulatedDriver;
import dev.espalier.cuda.ops.ConvolutionCase.Sums;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When block-sparse convolution runs on tensor cores, and in which type. */
final class TensorCoreConvolutionChoiceTest extends BlockConvolutionFixture {
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

  private static double[] rounded(Precision precision, double[] values) {
    return Arrays.stream(values).map(value -> rounded(precision, value)).toArray();
  }

  /** Devices with slow tensor cores compute it in float32. */
  private Precision seenByGradInput(
      Precision seen, ConvolutionCase k, BsrPattern pattern, Tensor dx) {
    return seen.get(() -> TensorCoreType.allowed(DType.FLOAT32))
            .filter(type -> convolution.gradInputPays(pattern, k.weight(), k.spec(), dx, type))
            .isPresent()
        ? seen
        : Precision.FLOAT32;
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
    List<ConvolutionCase> some =
        List.of(
            new ConvolutionCase(2, 16, 7, 9, 32, 3, ConvSpec.of(2, 1), 16, 144),
            new ConvolutionCase(1, 16, 6, 4, 16, 3, ConvSpec.of(1, 1).withGroups(2), 8, 8),
            new ConvolutionCase(1, 32, 3, 7, 32, 1, ConvSpec.DEFAULT, 32, 32),
            new ConvolutionCase(1, 6, 5, 5, 8, 3, ConvSpec.of(2, 1), 4, 18));
    for (ConvolutionCase k : some) {
      BsrPattern pattern = k.pattern(0);
      float[] x = uniform(13, k.x().size());
      float[] dy = uniform(14, k.y().size());
      float[] stored = uniform(15, pattern.nnz());
      Precision seen = k.height() < 8 ? Precision.FLOAT32 : precision;
      Tensor dx = garbage(k.x());
      Precision back = seenByGradInput(seen, k, pattern, dx);
      double[] w = rounded(seen, k.dense(pattern, stored));
      double[] wBack = rounded(back, k.dense(pattern, stored));
      double[] roundedX = rounded(seen, x);
      double[] roundedDy = rounded(seen, dy);
      double[] dyBack = rounded(back, dy);
      Sums y = Sums.of(k.y().size());
      Sums gradX = Sums.of(k.x().size());
      Sums gradW = Sums.of(k.weight().size());
      k.forEachTerm(
          (i, j, o) -> {
            y.add(o, roundedX[i] * w[j]);
            gradX.add(i, dyBack[o] * wBack[j]);
            gradW.add(j, roundedX[i] * roundedDy[o]);
          });
      Tensor in = device(k.x(), x);
      Tensor left = device(k.y(), dy);
      Tensor values = device(pattern.valuesShape(), stored);
      Tensor out = garbage(k.y());
      Tensor dw = garbage(pattern.valuesShape());
      Shape weight = k.weight();
      precision.run(
          () -> {
            backend.sparseConv2d(pattern, values, weight, in, null, false, k.spec(), out);
            backend.sparseConv2dGradInput(pattern, values, weight, left, k.spec(), dx);
            backend.sparseConv2dGradWeight(pattern, weight, in, left, k.spec(), dw);
          });
      assertClose(out, y.values(), y.sizes(), k.columns());
      assertClose(dx, gradX.values(), gradX.sizes(), k.o() * k.kernel() * k.kernel());
      int[] positions = pattern.flatPositions();
      double[] expected = Arrays.stream(positions).mapToDouble(p -> gradW.values()[p]).toArray();
      double[] sizes = Arrays.stream(positions).mapToDouble(p -> gradW.sizes()[p]).toArray();
      assertClose(dw, expected, sizes, k.n() * k.y().dim(2) * k.y().dim(3));
    }
  }

  /** A block stores 8 columns of one or two channels, and 8 channels are multiplied for each. */
  private static BsrPattern oneBlock(ConvolutionCase k, int column) {
    int columns = k.columns() / k.width();
    int[] offsets = new int[k.o() / k.height() + 1];
    Arrays.fill(offsets, 1, offsets.length, 1);
    return new BsrPattern(
        CsrPattern.of(offsets.length - 1, columns, offsets, new int[] {column}),
        k.height(),
        k.width());
  }

  private static BsrPattern none(ConvolutionCase k) {
    int[] offsets = new int[k.o() / k.height() + 1];
    CsrPattern nothing =
        CsrPattern.of(offsets.length - 1, k.columns() / k.width(), offsets, new int[0]);
    return new BsrPattern(nothing, k.height(), k.width());
  }

  private boolean pays(ConvolutionCase k, BsrPattern pattern, double rate) {
    var there = new TensorCoreConvolution(backend.context(), _ -> rate);
    Tensor dx = garbage(k.x());
    return there.gradInputPays(pattern, k.weight(), k.spec(), dx, TensorCoreType.TF32);
  }

  @Test
  void gradientsOfTheInputMultiplyZerosOnlyWhileTensorCoresOutrunThem() {
    ConvSpec same = ConvSpec.of(1, 1);
    ConvolutionCase small = new ConvolutionCase(1, 16, 5, 5, 16, 3, same, 8, 8);
    ConvolutionCase spanning = new ConvolutionCase(1, 16, 5, 5, 16, 3, same, 8, 72);
    ConvolutionCase pointwise = new ConvolutionCase(1, 16, 5, 5, 16, 1, ConvSpec.DEFAULT, 8, 8);
    assertThat(pays(small, oneBlock(small, 3), 8)).isTrue();
    assertThat(pays(small, oneBlock(small, 3), 7.9)).isFalse();
    // rows that are full share the channels' taps: 9 cells of 64 for 72 columns of 8
    assertThat(pays(small, small.pattern(0), 1.5)).isTrue();
    assertThat(pays(spanning, spanning.pattern(0), 1)).isTrue();
    assertThat(pays(pointwise, pointwise.pattern(0), 1)).isTrue();
    assertThat(pays(small, none(small), 1)).isTrue();
  }

  @Test
  void theBackendTakesFloat32WhereZerosAreTooMany() {
    ConvolutionCase k = new ConvolutionCase(1, 16, 5, 6, 16, 3, ConvSpec.of(1, 1), 8, 8);
    BsrPattern pattern = oneBlock(k, 3);
    float[] dy = exact(16, k.y().size());
    float[] stored = exact(17, pattern.nnz());
    double[] w = k.dense(pattern, stored);
    Sums sums = Sums.of(k.x().size());
    k.forEachTerm((to, j, i) -> sums.add(to, dy[i] * w[j]));
    for (double rate : new double[] {16, 4}) {
      var there = new TensorCoreConvolution(backend.context(), _ -> rate);
      var sparse = new SparseConvolution(backend.context(), there);
      Tensor dx = garbage(k.x());
      Tensor values = device(pattern.valuesShape(), stored);
      Tensor left = device(k.y(), dy);
      Precision.BF16.run(
          () -> sparse.sparseConv2dGradInput(pattern, values, k.weight(), left, k.spec(), dx));
      if (backend.context().driver() instanceof EmulatedDriver emulator) {
        assertThat(emulator.lastLaunch().kernel())
            .startsWith(rate > 8 ? "blocks_conv_mma_bf16" : "sparse_conv_f32");
      }
      assertExact(dx, sums.values(), "rate " + rate);
    }
  }
}
