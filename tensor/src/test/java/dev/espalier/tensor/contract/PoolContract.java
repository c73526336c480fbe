package dev.espalier.tensor.contract;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;

/** Max and average pooling and their gradients. */
abstract class PoolContract extends Contract {
  private static final List<PoolSpec> SPECS =
      List.of(
          PoolSpec.of(1, 1),
          PoolSpec.of(2, 2),
          PoolSpec.of(3, 2),
          PoolSpec.of(3, 3),
          PoolSpec.of(4, 4),
          new PoolSpec(3, 3, 1, 1, 1, 1),
          new PoolSpec(3, 3, 2, 2, 1, 1),
          new PoolSpec(2, 2, 2, 2, 1, 1),
          new PoolSpec(2, 1, 3, 17, 0, 0),
          new PoolSpec(5, 4, 1, 1, 2, 2),
          new PoolSpec(2, 3, 2, 1, 1, 0),
          new PoolSpec(1, 5, 1, 3, 0, 2),
          new PoolSpec(6, 7, 1, 1, 0, 0));
  private static final List<Shape> SHAPES =
      List.of(
          Shape.of(2, 3, 6, 7),
          Shape.of(1, 1, 17, 67),
          Shape.of(0, 2, 6, 7),
          Shape.of(1, 0, 6, 7),
          Shape.of(37, 1, 2, 2),
          Shape.of(5, 7, 4, 4),
          Shape.of(3, 2, 8, 8),
          Shape.of(1, 3, 24, 24),
          Shape.of(2, 1, 33, 5),
          Shape.of(1, 2, 140, 64));

  /** A window over one plane, cut at the plane's edges. */
  private record Window(int top, int bottom, int left, int right) {
    static Window of(PoolSpec s, Shape x, int row, int column) {
      int top = row * s.strideH() - s.padH();
      int left = column * s.strideW() - s.padW();
      return new Window(
          Math.max(top, 0),
          Math.min(top + s.kernelH(), x.dim(2)),
          Math.max(left, 0),
          Math.min(left + s.kernelW(), x.dim(3)));
    }
  }

  private interface Visit {
    void window(int planeStart, Window window, int out);
  }

  PoolContract(Backend backend) {
    super(backend);
  }

  private static Shape outShape(Shape x, PoolSpec spec) {
    return Shape.of(x.dim(0), x.dim(1), spec.outHeight(x.dim(2)), spec.outWidth(x.dim(3)));
  }

  private static void forEachWindow(Shape x, PoolSpec spec, Visit visit) {
    Shape y = outShape(x, spec);
    int at = 0;
    for (int plane = 0; plane < x.dim(0) * x.dim(1); plane++) {
      for (int row = 0; row < y.dim(2); row++) {
        for (int column = 0; column < y.dim(3); column++) {
          visit.window(plane * x.dim(2) * x.dim(3), Window.of(spec, x, row, column), at++);
        }
      }
    }
  }

  /** Whole numbers, so that maxima are often met twice, or stranger ones as well. */
  private static double[] whole(DType dtype, Shape shape, Strangers strangers) {
    double[] values = values(dtype, 1, shape);
    Arrays.setAll(
        values,
        i ->
            switch (strangers) {
              case NAN -> i % 37 == 20 ? Double.NaN : Math.rint(3 * values[i]);
              case INFINITE -> i % 37 < 30 ? Double.NEGATIVE_INFINITY : 1 / (double) (i % 3);
              case NONE -> Math.rint(3 * values[i]);
            });
    return values;
  }

  private enum Strangers {
    NONE,
    NAN,
    INFINITE
  }

  @ComputeTypes
  void maxTakesTheFirstLargestOfEachWindowAndItsIndex(DType dtype) {
    for (Strangers strangers : Strangers.values()) {
      checkMax(dtype, strangers);
    }
  }

  private void checkMax(DType dtype, Strangers strangers) {
    for (Shape shape : SHAPES) {
      for (PoolSpec spec : SPECS) {
        double[] x = whole(dtype, shape, strangers);
        double[] expected = new double[Math.toIntExact(outShape(shape, spec).size())];
        double[] positions = new double[expected.length];
        forEachWindow(
            shape,
            spec,
            (plane, w, out) -> {
              int best = -1;
              for (int h = w.top; h < w.bottom; h++) {
                for (int c = w.left; c < w.right; c++) {
                  int at = h * shape.dim(3) + c;
                  if (best < 0 || Double.compare(x[plane + at] + 0.0, x[plane + best] + 0.0) > 0) {
                    best = at;
                  }
                }
              }
              positions[out] = best;
              expected[out] = x[plane + best];
            });
        for (Layout layout : Layout.values()) {
          Tensor y = output(dtype, outShape(shape, spec));
          Tensor indices = output(DType.INT32, outShape(shape, spec));
          backend.maxPool2d(tensor(dtype, layout, shape, x), spec, y, indices);
          assertWithin("values " + spec, y, expected, new double[expected.length]);
          assertWithin("indices " + spec, indices, positions, new double[expected.length]);
          Tensor alone = output(dtype, outShape(shape, spec));
          backend.maxPool2d(tensor(dtype, layout, shape, x), spec, alone, null);
          assertWithin("values alone " + spec, alone, expected, new double[expected.length]);
        }
      }
    }
  }

  @ComputeTypes
  void maxGradAddsToTheIndexAndGatherReadsIt(DType dtype) {
    for (Shape shape : SHAPES) {
      for (PoolSpec spec : SPECS) {
        Shape pooled = outShape(shape, spec);
        double[] dy = values(dtype, 2, pooled);
        double[] x = values(dtype, 3, shape);
        Tensor y = output(dtype, pooled);
        Tensor indices = output(DType.INT32, pooled);
        backend.maxPool2d(tensor(dtype, shape, x), spec, y, indices);
        double[] positions = read(indices);
        double[] expected = new double[x.length];
        double[] magnitudes = new double[x.length];
        double[] gathered = new double[dy.length];
        int outPlane = pooled.dim(2) * pooled.dim(3);
        for (int i = 0; i < dy.length; i++) {
          int at = i / outPlane * shape.dim(2) * shape.dim(3) + (int) positions[i];
          expected[at] += dy[i];
          magnitudes[at] += Math.abs(dy[i]);
          gathered[i] = x[at];
        }
        Tensor dx = output(dtype, shape);
        backend.maxPool2dGrad(tensor(dtype, Layout.GAPPED, pooled, dy), indices, spec, dx);
        assertSums("maxPool2dGrad " + spec, dx, expected, magnitudes, 49);
        Tensor picked = output(dtype, pooled);
        backend.maxPool2dGather(tensor(dtype, Layout.TRANSPOSED, shape, x), indices, picked);
        assertExactly(picked, gathered);
      }
    }
  }

  @ComputeTypes
  void averageCountsPaddingAsZeros(DType dtype) {
    for (Shape shape : SHAPES) {
      for (PoolSpec spec : SPECS) {
        double[] x = values(dtype, 4, shape);
        int area = spec.kernelH() * spec.kernelW();
        double[] expected = new double[Math.toIntExact(outShape(shape, spec).size())];
        double[] magnitudes = new double[expected.length];
        forEachWindow(
            shape,
            spec,
            (plane, w, out) -> {
              for (int h = w.top; h < w.bottom; h++) {
                for (int c = w.left; c < w.right; c++) {
                  double value = x[plane + h * shape.dim(3) + c] / area;
                  expected[out] += value;
                  magnitudes[out] += Math.abs(value);
                }
              }
            });
        for (Layout layout : Layout.values()) {
          Tensor y = output(dtype, outShape(shape, spec));
          backend.avgPool2d(tensor(dtype, layout, shape, x), spec, y);
          assertSums("avgPool2d " + spec, y, expected, magnitudes, area);
        }
      }
    }
  }

  @ComputeTypes
  void averageGradSpreadsEachGradientOverItsWindow(DType dtype) {
    for (Shape shape : SHAPES) {
      for (PoolSpec spec : SPECS) {
        double[] dy = values(dtype, 5, outShape(shape, spec));
        int area = spec.kernelH() * spec.kernelW();
        double[] expected = new double[Math.toIntExact(shape.size())];
        double[] magnitudes = new double[expected.length];
        forEachWindow(
            shape,
            spec,
            (plane, w, out) -> {
              for (int h = w.top; h < w.bottom; h++) {
                for (int c = w.left; c < w.right; c++) {
                  expected[plane + h * shape.dim(3) + c] += dy[out] / area;
                  magnitudes[plane + h * shape.dim(3) + c] += Math.abs(dy[out] / area);
                }
              }
            });
        Tensor dx = output(dtype, shape);
        backend.avgPool2dGrad(tensor(dtype, Layout.GAPPED, outShape(shape, spec), dy), spec, dx);
        assertSums("avgPool2dGrad " + spec, dx, expected, magnitudes, area);
      }
    }
  }
}
