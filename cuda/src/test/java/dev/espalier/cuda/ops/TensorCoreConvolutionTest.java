package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.cuda.ops.ConvolutionCase.Sums;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Block-sparse convolution on tensor cores against loops over every index. */
final class TensorCoreConvolutionTest extends BlockConvolutionFixture {
  @ParameterizedTest
  @EnumSource
  void forwardIsThatOfLoops(TensorCoreType type) {
    for (ConvolutionCase k : ConvolutionCase.all()) {
      float[] x = exact(1, k.x().size());
      float[] bias = exact(2, k.o());
      int plane = k.y().dim(2) * k.y().dim(3);
      for (BsrPattern pattern : k.patterns()) {
        float[] stored = exact(3, pattern.nnz());
        double[] w = k.dense(pattern, stored);
        Sums sums = Sums.of(k.y().size());
        k.forEachTerm((i, j, to) -> sums.add(to, x[i] * w[j]));
        Tensor values = device(pattern.valuesShape(), stored);
        Tensor in = device(k.x(), x);
        String what = "%s %s %s".formatted(type, k, pattern);
        Tensor out = garbage(k.y());
        convolution.conv2d(pattern, values, k.weight(), in, null, false, k.spec(), out, type);
        assertExact(out, sums.values(), what);
        Arrays.setAll(sums.values(), i -> Math.max(0, sums.values()[i] + bias[i / plane % k.o()]));
        Tensor narrow = in.to(type.storage());
        Tensor narrowValues = values.to(type.storage());
        Tensor offsets = device(Shape.of(k.o()), bias);
        convolution.conv2d(
            pattern, narrowValues, k.weight(), narrow, offsets, true, k.spec(), out, type);
        assertExact(out, sums.values(), what + " of the type itself, with bias");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientOfTheInputIsThatOfLoops(TensorCoreType type) {
    for (ConvolutionCase k : ConvolutionCase.all()) {
      float[] dy = exact(4, k.y().size());
      for (BsrPattern pattern : k.patterns()) {
        float[] stored = exact(5, pattern.nnz());
        double[] w = k.dense(pattern, stored);
        Sums sums = Sums.of(k.x().size());
        k.forEachTerm((to, j, i) -> sums.add(to, dy[i] * w[j]));
        Tensor dx = garbage(k.x());
        convolution.conv2dGradInput(
            pattern,
            device(pattern.valuesShape(), stored),
            k.weight(),
            device(k.y(), dy),
            k.spec(),
            dx,
            type);
        String what = "%s %s %s".formatted(type, k, pattern);
        assertExact(dx, sums.values(), what);
        convolution.conv2dGradInput(
            pattern,
            device(pattern.valuesShape(), stored).to(type.storage()),
            k.weight(),
            device(k.y(), dy).to(type.storage()),
            k.spec(),
            dx,
            type);
        assertExact(dx, sums.values(), what + " of the type itself");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void gradientOfTheWeightIsThatOfLoops(TensorCoreType type) {
    for (ConvolutionCase k : ConvolutionCase.all()) {
      float[] x = exact(6, k.x().size());
      float[] dy = exact(7, k.y().size());
      Sums sums = Sums.of(k.weight().size());
      k.forEachTerm((i, to, j) -> sums.add(to, x[i] * dy[j]));
      for (BsrPattern pattern : k.patterns()) {
        double[] expected =
            Arrays.stream(pattern.flatPositions()).mapToDouble(p -> sums.values()[p]).toArray();
        Tensor out = garbage(pattern.valuesShape());
        convolution.conv2dGradWeight(
            pattern, k.weight(), device(k.x(), x), device(k.y(), dy), k.spec(), out, type);
        assertExact(out, expected, "%s %s %s".formatted(type, k, pattern));
      }
    }
  }

  @Test
  void operandsOfAnyStridesAreTaken() {
    ConvolutionCase k = new ConvolutionCase(2, 16, 6, 7, 16, 3, ConvSpec.of(1, 1), 16, 144);
    ConvolutionCase one = new ConvolutionCase(2, 16, 6, 7, 16, 1, ConvSpec.DEFAULT, 16, 16);
    for (ConvolutionCase c : List.of(k, one)) {
      BsrPattern pattern = c.pattern(0);
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
        convolution.conv2d(pattern, values, c.weight(), in, null, false, c.spec(), out, type);
        convolution.conv2dGradInput(pattern, values, c.weight(), left, c.spec(), dx, type);
        convolution.conv2dGradWeight(pattern, c.weight(), in, left, c.spec(), dw, type);
        Sums y = Sums.of(c.y().size());
        Sums gradX = Sums.of(c.x().size());
        Sums gradW = Sums.of(c.weight().size());
        double[] hostX = x.toDoubleArray();
        double[] hostDy = dy.toDoubleArray();
        double[] w = c.dense(pattern, values.to(Device.CPU).toFloatArray());
        c.forEachTerm(
            (i, j, o) -> {
              y.add(o, hostX[i] * w[j]);
              gradX.add(i, hostDy[o] * w[j]);
              gradW.add(j, hostX[i] * hostDy[o]);
            });
        assertExact(out, y.values(), "forward");
        assertExact(dx, gradX.values(), "input gradient");
        assertExact(dw, gradW.values(), "weight gradient");
      }
    }
  }

  /** Pixels that no output reads do not spoil sums, though they lie where the last pieces end. */
  @Test
  void infinitePixelsBesideTheOutputsStayOutside() {
    ConvolutionCase k = new ConvolutionCase(1, 8, 3, 6, 8, 1, ConvSpec.of(1, 0), 8, 8);
    ConvolutionCase strided = new ConvolutionCase(1, 8, 5, 6, 8, 3, ConvSpec.of(2, 0), 8, 72);
    for (ConvolutionCase c : List.of(k, strided)) {
      float[] x = exact(11, c.x().size());
      boolean[] read = new boolean[x.length];
      c.forEachTerm((i, j, o) -> read[i] = true);
      for (int i = 0; i < x.length; i++) {
        x[i] = read[i] ? x[i] : Float.POSITIVE_INFINITY;
      }
      float[] dy = exact(12, c.y().size());
      BsrPattern pattern = c.pattern(0);
      Sums sums = Sums.of(c.weight().size());
      c.forEachTerm((i, to, o) -> sums.add(to, x[i] * dy[o]));
      double[] expected =
          Arrays.stream(pattern.flatPositions()).mapToDouble(p -> sums.values()[p]).toArray();
      Tensor dw = garbage(pattern.valuesShape());
      convolution.conv2dGradWeight(
          pattern,
          c.weight(),
          device(c.x(), x),
          device(c.y(), dy),
          c.spec(),
          dw,
          TensorCoreType.FLOAT16);
      assertExact(dw, expected, c.toString());
    }
  }

  @Test
  void refusesWhatTensorCoresDoNotTake() {
    assertRefused(new ConvolutionCase(1, 8, 4, 4, 8, 3, ConvSpec.DEFAULT, 4, 8), "rows but have 4");
    assertRefused(
        new ConvolutionCase(1, 8, 4, 4, 8, 3, ConvSpec.DEFAULT, 8, 36),
        "multiples of 8 but have 36");
    assertRefused(
        new ConvolutionCase(1, 16, 4, 4, 16, 3, ConvSpec.DEFAULT.withGroups(2), 16, 72),
        "16 rows do not divide the 8 output channels of a group");
    ConvolutionCase odd = new ConvolutionCase(1, 6, 4, 4, 8, 2, ConvSpec.DEFAULT, 8, 8);
    BsrPattern pattern = odd.pattern(0);
    Tensor any = garbage(Shape.of(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                convolution.conv2dGradInput(
                    pattern, any, odd.weight(), any, odd.spec(), any, TensorCoreType.TF32))
        .withMessageContaining("multiples of 8 per group but are 6");
  }

  private void assertRefused(ConvolutionCase k, String reason) {
    BsrPattern pattern = k.pattern(0);
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
                    k.spec(),
                    any,
                    TensorCoreType.BFLOAT16))
        .withMessageContainingAll("on tensor cores", reason, "use the backend's sparseConv2d");
  }
}
