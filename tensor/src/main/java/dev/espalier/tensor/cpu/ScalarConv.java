package dev.espalier.tensor.cpu;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Arrays;

/**
 * Convolution as a sum over kernel taps: each tap combines a shifted input plane with an output
 * plane, which are held as doubles one image at a time. A sparse weight has some of the taps.
 */
final class ScalarConv {
  /** How a tap combines {@code count} elements of an input row with as many of an output row. */
  private enum Direction {
    FORWARD,
    TO_INPUT,
    TO_WEIGHT
  }

  private final ConvGeometry geometry;
  private final Direction direction;
  private final double[] weight;

  /** Which of the dense weight's elements {@code weight} holds; null means all. */
  private final int[] positions;

  private final double[] image;
  private final double[] result;

  private ScalarConv(ConvGeometry geometry, Direction direction, double[] weight, int[] positions) {
    this.geometry = geometry;
    this.direction = direction;
    this.weight = weight;
    this.positions = positions;
    this.image = new double[Math.multiplyExact(geometry.inChannels(), geometry.inPlane())];
    this.result = new double[Math.multiplyExact(geometry.outChannels(), geometry.outPlane())];
  }

  static void forward(
      Tensor x,
      Tensor w,
      Shape weight,
      int[] positions,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    var geometry = ConvGeometry.of(x, weight, out, spec);
    var kernel = new ScalarConv(geometry, Direction.FORWARD, Cells.toArray(w), positions);
    double[] biases = bias == null ? new double[out.dim(1)] : Cells.toArray(bias);
    try (Tensor dense = x.contiguous()) {
      Cells from = Cells.of(dense);
      Cells to = Cells.of(out);
      for (int n = 0; n < kernel.geometry.batch(); n++) {
        from.read((long) n * kernel.image.length, kernel.image.length, kernel.image);
        for (int o = 0; o < biases.length; o++) {
          int plane = kernel.geometry.outPlane();
          Arrays.fill(kernel.result, o * plane, (o + 1) * plane, biases[o]);
        }
        kernel.allTaps();
        if (relu) {
          Arrays.setAll(kernel.result, i -> Math.max(kernel.result[i], 0));
        }
        to.write((long) n * kernel.result.length, kernel.result.length, kernel.result);
      }
    }
  }

  static void gradInput(
      Tensor dy, Tensor w, Shape weight, int[] positions, ConvSpec spec, Tensor dx) {
    var geometry = ConvGeometry.of(dx, weight, dy, spec);
    var kernel = new ScalarConv(geometry, Direction.TO_INPUT, Cells.toArray(w), positions);
    try (Tensor dense = dy.contiguous()) {
      Cells from = Cells.of(dense);
      Cells to = Cells.of(dx);
      for (int n = 0; n < kernel.geometry.batch(); n++) {
        from.read((long) n * kernel.result.length, kernel.result.length, kernel.result);
        Arrays.fill(kernel.image, 0);
        kernel.allTaps();
        to.write((long) n * kernel.image.length, kernel.image.length, kernel.image);
      }
    }
  }

  static void gradWeight(
      Tensor x, Tensor dy, Shape weight, int[] positions, ConvSpec spec, Tensor dw) {
    double[] sums = new double[Math.toIntExact(dw.size())];
    var geometry = ConvGeometry.of(x, weight, dy, spec);
    var kernel = new ScalarConv(geometry, Direction.TO_WEIGHT, sums, positions);
    try (Tensor inputs = x.contiguous();
        Tensor gradients = dy.contiguous()) {
      Cells images = Cells.of(inputs);
      Cells results = Cells.of(gradients);
      for (int n = 0; n < kernel.geometry.batch(); n++) {
        images.read((long) n * kernel.image.length, kernel.image.length, kernel.image);
        results.read((long) n * kernel.result.length, kernel.result.length, kernel.result);
        kernel.allTaps();
      }
      Cells.of(dw).writeAll(sums);
    }
  }

  /** Combines output planes with the input planes of their group through every tap held. */
  private void allTaps() {
    int taps = geometry.taps();
    int perOutput = geometry.inPerGroup() * taps;
    for (int at = 0; at < weight.length; at++) {
      int position = positions == null ? at : positions[at];
      int o = position / perOutput;
      int c = geometry.firstInput(o) + position % perOutput / taps;
      int tap = position % taps;
      onePlane(at, tap / geometry.kernelW(), tap % geometry.kernelW(), c, o);
    }
  }

  private void onePlane(int tap, int kernelRow, int kernelColumn, int c, int o) {
    ConvGeometry g = geometry;
    int rowOffset = g.rowOffset(kernelRow);
    int columnOffset = g.columnOffset(kernelColumn);
    int strideH = g.spec().strideH();
    int strideW = g.spec().strideW();
    int lastRow = ConvGeometry.end(rowOffset, strideH, g.height(), g.outHeight());
    int firstColumn = ConvGeometry.first(columnOffset, strideW);
    int count = ConvGeometry.end(columnOffset, strideW, g.width(), g.outWidth()) - firstColumn;
    for (int row = ConvGeometry.first(rowOffset, strideH); row < lastRow; row++) {
      int in =
          c * g.inPlane()
              + (rowOffset + row * strideH) * g.width()
              + columnOffset
              + firstColumn * strideW;
      int out = o * g.outPlane() + row * g.outWidth() + firstColumn;
      switch (direction) {
        case FORWARD -> addToResult(weight[tap], image, in, strideW, result, out, count);
        case TO_INPUT -> addToImage(weight[tap], image, in, strideW, result, out, count);
        case TO_WEIGHT -> weight[tap] += dot(image, in, strideW, result, out, count);
      }
    }
  }

  private static void addToResult(
      double w, double[] image, int in, int stride, double[] result, int out, int count) {
    if (stride == 1) {
      for (int i = 0; i < count; i++) {
        result[out + i] += w * image[in + i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        result[out + i] += w * image[in + i * stride];
      }
    }
  }

  private static void addToImage(
      double w, double[] image, int in, int stride, double[] result, int out, int count) {
    if (stride == 1) {
      for (int i = 0; i < count; i++) {
        image[in + i] += w * result[out + i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        image[in + i * stride] += w * result[out + i];
      }
    }
  }

  private static double dot(
      double[] image, int in, int stride, double[] result, int out, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += image[in + i * stride] * result[out + i];
    }
    return sum;
  }
}
