package dev.espalier.tensor.contract;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;

/** Convolution and its two gradients, against loops over every index. */
abstract class ConvContract extends Contract {
  /** One convolution: extents and specification. */
  private record Case(int n, int c, int h, int w, int o, int kh, int kw, ConvSpec spec) {
    Shape x() {
      return Shape.of(n, c, h, w);
    }

    Shape weight() {
      return Shape.of(o, c / spec.groups(), kh, kw);
    }

    Shape y() {
      return Shape.of(n, o, spec.outHeight(h, kh), spec.outWidth(w, kw));
    }

    int terms() {
      return n * c * kh * kw + o * kh * kw + y().dim(2) * y().dim(3) * n;
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case(2, 3, 5, 7, 4, 3, 3, ConvSpec.of(1, 1)),
          new Case(1, 1, 1, 1, 1, 1, 1, ConvSpec.DEFAULT),
          new Case(3, 5, 6, 6, 7, 1, 1, ConvSpec.DEFAULT),
          new Case(1, 5, 6, 5, 3, 1, 1, ConvSpec.of(2, 0)),
          new Case(2, 4, 8, 9, 6, 3, 3, ConvSpec.of(2, 1)),
          new Case(1, 2, 11, 4, 3, 5, 2, new ConvSpec(3, 1, 2, 0, 1, 1, 1)),
          new Case(1, 2, 9, 10, 2, 3, 3, ConvSpec.of(1, 2).withDilation(2)),
          new Case(2, 6, 7, 7, 4, 3, 3, ConvSpec.of(1, 1).withGroups(2)),
          new Case(2, 5, 8, 8, 5, 3, 3, ConvSpec.of(1, 1).withGroups(5)),
          new Case(1, 3, 9, 9, 6, 5, 5, ConvSpec.of(2, 2).withGroups(3)),
          new Case(1, 2, 2, 2, 2, 5, 5, ConvSpec.of(1, 3)),
          new Case(1, 3, 4, 70, 5, 1, 7, new ConvSpec(1, 1, 0, 3, 1, 1, 1)),
          new Case(2, 17, 4, 4, 33, 3, 3, ConvSpec.of(1, 1)),
          new Case(1, 1, 28, 28, 6, 5, 5, ConvSpec.of(1, 2)),
          new Case(0, 2, 4, 4, 3, 3, 3, ConvSpec.of(1, 1)),
          new Case(2, 0, 4, 4, 3, 3, 3, ConvSpec.of(1, 1)),
          new Case(2, 2, 4, 4, 0, 3, 3, ConvSpec.of(1, 1)));

  /** Visits every triple of positions in x, w and y that the convolution multiplies and adds. */
  private interface Term {
    void visit(int x, int w, int y);
  }

  ConvContract(Backend backend) {
    super(backend);
  }

  private static void forEachTerm(Case k, Term term) {
    ConvSpec s = k.spec;
    int perGroup = k.c / s.groups();
    int height = k.y().dim(2);
    int width = k.y().dim(3);
    int[] kernel = {k.kh, k.kw};
    for (int n = 0; n < k.n; n++) {
      for (int o = 0; o < k.o; o++) {
        for (int c = 0; c < perGroup; c++) {
          int channel = o / (k.o / s.groups()) * perGroup + c;
          for (int tap = 0; tap < kernel[0] * kernel[1]; tap++) {
            for (int out = 0; out < height * width; out++) {
              int h = out / width * s.strideH() + tap / k.kw * s.dilationH() - s.padH();
              int w = out % width * s.strideW() + tap % k.kw * s.dilationW() - s.padW();
              if (h >= 0 && h < k.h && w >= 0 && w < k.w) {
                term.visit(
                    ((n * k.c + channel) * k.h + h) * k.w + w,
                    (o * perGroup + c) * k.kh * k.kw + tap,
                    (n * k.o + o) * height * width + out);
              }
            }
          }
        }
      }
    }
  }

  @ComputeTypes
  void forwardMatchesLoops(DType dtype) {
    for (Case k : CASES) {
      double[] x = values(dtype, 1, k.x());
      double[] w = values(dtype, 2, k.weight());
      double[] bias = values(dtype, 3, k.o);
      for (int which = 0; which < 4; which++) {
        boolean biased = (which & 1) != 0;
        boolean relu = (which & 2) != 0;
        double[] expected = new double[Math.toIntExact(k.y().size())];
        double[] magnitudes = new double[expected.length];
        int plane = k.y().dim(2) * k.y().dim(3);
        Arrays.setAll(expected, i -> biased ? bias[i / plane % k.o] : 0);
        forEachTerm(
            k,
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
            biased ? tensor(dtype, Shape.of(k.o), bias) : null,
            relu,
            k.spec,
            out);
        assertSums("conv2d " + k, out, expected, magnitudes, k.terms());
      }
    }
  }

  @ComputeTypes
  void gradientOfTheInputMatchesLoops(DType dtype) {
    for (Case k : CASES) {
      double[] dy = values(dtype, 4, k.y());
      double[] w = values(dtype, 5, k.weight());
      double[] expected = new double[Math.toIntExact(k.x().size())];
      double[] magnitudes = new double[expected.length];
      forEachTerm(
          k,
          (to, j, i) -> {
            expected[to] += dy[i] * w[j];
            magnitudes[to] += Math.abs(dy[i] * w[j]);
          });
      Tensor dx = output(dtype, k.x());
      backend.conv2dGradInput(tensor(dtype, k.y(), dy), tensor(dtype, k.weight(), w), k.spec, dx);
      assertSums("conv2dGradInput " + k, dx, expected, magnitudes, k.terms());
    }
  }

  @ComputeTypes
  void gradientOfTheWeightMatchesLoops(DType dtype) {
    for (Case k : CASES) {
      double[] x = values(dtype, 6, k.x());
      double[] dy = values(dtype, 7, k.y());
      double[] expected = new double[Math.toIntExact(k.weight().size())];
      double[] magnitudes = new double[expected.length];
      forEachTerm(
          k,
          (j, to, i) -> {
            expected[to] += dy[i] * x[j];
            magnitudes[to] += Math.abs(dy[i] * x[j]);
          });
      Tensor dw = output(dtype, k.weight());
      backend.conv2dGradWeight(tensor(dtype, k.x(), x), tensor(dtype, k.y(), dy), k.spec, dw);
      assertSums("conv2dGradWeight " + k, dw, expected, magnitudes, k.terms());
    }
  }

  @ComputeTypes
  void operandsMayHaveAnyStrides(DType dtype) {
    Case k = CASES.getFirst();
    double[] x = values(dtype, 8, k.x());
    double[] w = values(dtype, 9, k.weight());
    double[] dy = values(dtype, 10, k.y());
    Tensor y = output(dtype, k.y());
    Tensor dx = output(dtype, k.x());
    Tensor dw = output(dtype, k.weight());
    Tensor xs = tensor(dtype, k.x(), x);
    Tensor ws = tensor(dtype, k.weight(), w);
    Tensor dys = tensor(dtype, k.y(), dy);
    backend.conv2d(xs, ws, null, false, k.spec, y);
    backend.conv2dGradInput(dys, ws, k.spec, dx);
    backend.conv2dGradWeight(xs, dys, k.spec, dw);
    for (Layout layout : Layout.values()) {
      Tensor stridedX = tensor(dtype, layout, k.x(), x);
      Tensor stridedW = tensor(dtype, layout, k.weight(), w);
      Tensor stridedDy = tensor(dtype, layout, k.y(), dy);
      Tensor out = output(dtype, k.y());
      backend.conv2d(stridedX, stridedW, null, false, k.spec, out);
      assertExactly(out, read(y));
      out = output(dtype, k.x());
      backend.conv2dGradInput(stridedDy, stridedW, k.spec, out);
      assertExactly(out, read(dx));
      out = output(dtype, k.weight());
      backend.conv2dGradWeight(stridedX, stridedDy, k.spec, out);
      assertExactly(out, read(dw));
    }
  }
}
