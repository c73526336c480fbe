package dev.espalier.tensor.contract;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;

/** Convolution and its two gradients, against loops over every index. */
abstract class ConvContract extends Contract {
  ConvContract(Backend backend) {
    super(backend);
  }

  @ComputeTypes
  void forwardMatchesLoops(DType dtype) {
    for (ConvCase k : ConvCase.CASES) {
      double[] x = values(dtype, 1, k.x());
      double[] w = values(dtype, 2, k.weight());
      double[] bias = values(dtype, 3, k.o());
      for (int which = 0; which < 4; which++) {
        boolean biased = (which & 1) != 0;
        boolean relu = (which & 2) != 0;
        double[] expected = new double[Math.toIntExact(k.y().size())];
        double[] magnitudes = new double[expected.length];
        int plane = k.y().dim(2) * k.y().dim(3);
        Arrays.setAll(expected, i -> biased ? bias[i / plane % k.o()] : 0);
        k.forEachTerm(
            (i, j, to) -> {
              expected[to] += x[i] * w[j];
              magnitudes[to] += Math.abs(x[i] * w[j]);
            });
        Arrays.setAll(expected, i -> relu && expected[i] < 0 ? 0 : expected[i]);
        Arrays.setAll(magnitudes, i -> magnitudes[i] + 1);
        Tensor out = output(dtype, k.y());
        backend.conv2d(
            tensor(dtype, k.x(), x),
            tensor(dtype, k.weight(), w),
            biased ? tensor(dtype, Shape.of(k.o()), bias) : null,
            relu,
            k.spec(),
            out);
        assertSums("conv2d " + k, out, expected, magnitudes, k.terms());
      }
    }
  }

  @ComputeTypes
  void gradientOfTheInputMatchesLoops(DType dtype) {
    for (ConvCase k : ConvCase.CASES) {
      double[] dy = values(dtype, 4, k.y());
      double[] w = values(dtype, 5, k.weight());
      double[] expected = new double[Math.toIntExact(k.x().size())];
      double[] magnitudes = new double[expected.length];
      k.forEachTerm(
          (to, j, i) -> {
            expected[to] += dy[i] * w[j];
            magnitudes[to] += Math.abs(dy[i] * w[j]);
          });
      Tensor dx = output(dtype, k.x());
      backend.conv2dGradInput(tensor(dtype, k.y(), dy), tensor(dtype, k.weight(), w), k.spec(), dx);
      assertSums("conv2dGradInput " + k, dx, expected, magnitudes, k.terms());
    }
  }

  @ComputeTypes
  void gradientOfTheWeightMatchesLoops(DType dtype) {
    for (ConvCase k : ConvCase.CASES) {
      double[] x = values(dtype, 6, k.x());
      double[] dy = values(dtype, 7, k.y());
      double[] expected = new double[Math.toIntExact(k.weight().size())];
      double[] magnitudes = new double[expected.length];
      k.forEachTerm(
          (j, to, i) -> {
            expected[to] += dy[i] * x[j];
            magnitudes[to] += Math.abs(dy[i] * x[j]);
          });
      Tensor dw = output(dtype, k.weight());
      backend.conv2dGradWeight(tensor(dtype, k.x(), x), tensor(dtype, k.y(), dy), k.spec(), dw);
      assertSums("conv2dGradWeight " + k, dw, expected, magnitudes, k.terms());
    }
  }

  @ComputeTypes
  void operandsMayHaveAnyStrides(DType dtype) {
    ConvCase k = ConvCase.CASES.getFirst();
    double[] x = values(dtype, 8, k.x());
    double[] w = values(dtype, 9, k.weight());
    double[] dy = values(dtype, 10, k.y());
    Tensor y = output(dtype, k.y());
    Tensor dx = output(dtype, k.x());
    Tensor dw = output(dtype, k.weight());
    Tensor xs = tensor(dtype, k.x(), x);
    Tensor ws = tensor(dtype, k.weight(), w);
    Tensor dys = tensor(dtype, k.y(), dy);
    backend.conv2d(xs, ws, null, false, k.spec(), y);
    backend.conv2dGradInput(dys, ws, k.spec(), dx);
    backend.conv2dGradWeight(xs, dys, k.spec(), dw);
    for (Layout layout : Layout.values()) {
      Tensor stridedX = tensor(dtype, layout, k.x(), x);
      Tensor stridedW = tensor(dtype, layout, k.weight(), w);
      Tensor stridedDy = tensor(dtype, layout, k.y(), dy);
      Tensor out = output(dtype, k.y());
      backend.conv2d(stridedX, stridedW, null, false, k.spec(), out);
      assertExactly(out, read(y));
      out = output(dtype, k.x());
      backend.conv2dGradInput(stridedDy, stridedW, k.spec(), out);
      assertExactly(out, read(dx));
      out = output(dtype, k.weight());
      backend.conv2dGradWeight(stridedX, stridedDy, k.spec(), out);
      assertExactly(out, read(dw));
    }
  }
}
