package dev.espalier.tensor.cpu;

import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Pooling over windows, one plane at a time. */
final class ScalarPool {
  private final PoolSpec spec;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;
  private final long planes;
  private final double[] in;
  private final double[] out;

  private ScalarPool(PoolSpec spec, Tensor input, Tensor output) {
    this.spec = spec;
    this.height = input.dim(2);
    this.width = input.dim(3);
    this.outHeight = output.dim(2);
    this.outWidth = output.dim(3);
    this.planes = (long) input.dim(0) * input.dim(1);
    this.in = new double[Math.multiplyExact(height, width)];
    this.out = new double[Math.multiplyExact(outHeight, outWidth)];
  }

  static void max(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    var kernel = new ScalarPool(spec, x, out);
    int[] positions = new int[kernel.out.length];
    try (Tensor dense = x.contiguous()) {
      Cells from = Cells.of(dense);
      Cells to = Cells.of(out);
      for (long plane = 0; plane < kernel.planes; plane++) {
        from.read(plane * kernel.in.length, kernel.in.length, kernel.in);
        kernel.maxPlane(positions);
        to.write(plane * kernel.out.length, kernel.out.length, kernel.out);
        if (indices != null) {
          long at = plane * positions.length * Integer.BYTES;
          MemorySegment.copy(positions, 0, indices.segment(), Elements.INT, at, positions.length);
        }
      }
    }
  }

  private void maxPlane(int[] positions) {
    int at = 0;
    for (int row = 0; row < outHeight; row++) {
      int top = row * spec.strideH() - spec.padH();
      for (int column = 0; column < outWidth; column++) {
        int left = column * spec.strideW() - spec.padW();
        int best = firstLargest(top, left);
        positions[at] = best;
        out[at++] = in[best];
      }
    }
  }

  private int firstLargest(int top, int left) {
    int best = Math.max(top, 0) * width + Math.max(left, 0);
    for (int h = Math.max(top, 0); h < Math.min(top + spec.kernelH(), height); h++) {
      for (int w = Math.max(left, 0); w < Math.min(left + spec.kernelW(), width); w++) {
        double value = in[h * width + w];
        if (value > in[best] || (Double.isNaN(value) && !Double.isNaN(in[best]))) {
          best = h * width + w;
        }
      }
    }
    return best;
  }

  static void maxGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    var kernel = new ScalarPool(spec, dx, dy);
    try (Tensor gradients = dy.contiguous();
        Tensor positions = indices.contiguous()) {
      Cells from = Cells.of(gradients);
      Cells to = Cells.of(dx);
      MemorySegment index = positions.segment();
      for (long plane = 0; plane < kernel.planes; plane++) {
        from.read(plane * kernel.out.length, kernel.out.length, kernel.out);
        Arrays.fill(kernel.in, 0);
        for (int i = 0; i < kernel.out.length; i++) {
          kernel.in[index.getAtIndex(Elements.INT, plane * kernel.out.length + i)] += kernel.out[i];
        }
        to.write(plane * kernel.in.length, kernel.in.length, kernel.in);
      }
    }
  }

  static void maxGather(Tensor x, Tensor indices, Tensor out) {
    int inPlane = Math.multiplyExact(x.dim(2), x.dim(3));
    int outPlane = Math.multiplyExact(out.dim(2), out.dim(3));
    try (Tensor dense = x.contiguous();
        Tensor positions = indices.contiguous()) {
      Cells from = Cells.of(dense);
      Cells to = Cells.of(out);
      MemorySegment index = positions.segment();
      for (long i = 0; i < out.size(); i++) {
        long plane = i / outPlane;
        to.set(i, from.get(plane * inPlane + index.getAtIndex(Elements.INT, i)));
      }
    }
  }

  static void average(Tensor x, PoolSpec spec, Tensor out) {
    var kernel = new ScalarPool(spec, x, out);
    double area = (double) spec.kernelH() * spec.kernelW();
    try (Tensor dense = x.contiguous()) {
      Cells from = Cells.of(dense);
      Cells to = Cells.of(out);
      for (long plane = 0; plane < kernel.planes; plane++) {
        from.read(plane * kernel.in.length, kernel.in.length, kernel.in);
        for (int i = 0; i < kernel.out.length; i++) {
          kernel.out[i] = kernel.windowSum(i / kernel.outWidth, i % kernel.outWidth) / area;
        }
        to.write(plane * kernel.out.length, kernel.out.length, kernel.out);
      }
    }
  }

  private double windowSum(int row, int column) {
    int top = row * spec.strideH() - spec.padH();
    int left = column * spec.strideW() - spec.padW();
    double sum = 0;
    for (int h = Math.max(top, 0); h < Math.min(top + spec.kernelH(), height); h++) {
      for (int w = Math.max(left, 0); w < Math.min(left + spec.kernelW(), width); w++) {
        sum += in[h * width + w];
      }
    }
    return sum;
  }

  static void averageGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    var kernel = new ScalarPool(spec, dx, dy);
    double area = (double) spec.kernelH() * spec.kernelW();
    try (Tensor gradients = dy.contiguous()) {
      Cells from = Cells.of(gradients);
      Cells to = Cells.of(dx);
      for (long plane = 0; plane < kernel.planes; plane++) {
        from.read(plane * kernel.out.length, kernel.out.length, kernel.out);
        Arrays.fill(kernel.in, 0);
        for (int i = 0; i < kernel.out.length; i++) {
          kernel.addToWindow(i / kernel.outWidth, i % kernel.outWidth, kernel.out[i] / area);
        }
        to.write(plane * kernel.in.length, kernel.in.length, kernel.in);
      }
    }
  }

  private void addToWindow(int row, int column, double value) {
    int top = row * spec.strideH() - spec.padH();
    int left = column * spec.strideW() - spec.padW();
    for (int h = Math.max(top, 0); h < Math.min(top + spec.kernelH(), height); h++) {
      for (int w = Math.max(left, 0); w < Math.min(left + spec.kernelW(), width); w++) {
        in[h * width + w] += value;
      }
    }
  }
}
