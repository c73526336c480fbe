package dev.espalier.prune.compile;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.Arrays;

/**
 * What steps make of channels that hold one number for every input; NaN stands for channels that
 * vary.
 */
final class ChannelConstants {
  private ChannelConstants() {}

  /** The mean or largest element of windows; with padding, means count zeros at the border. */
  static double[] pool(PoolStep step, double[] in) {
    boolean padded = step.spec().padH() + step.spec().padW() > 0;
    return step.max() || !padded
        ? in
        : Arrays.stream(in).map(c -> c == 0 ? 0 : Double.NaN).toArray();
  }

  static double clamped(double value, boolean relu) {
    return relu ? Math.max(0, value) : value;
  }

  static double[] affine(AffineStep step, double[] in) {
    double[] scale = step.scale().toDoubleArray();
    double[] shift = step.shift().toDoubleArray();
    double[] out = new double[in.length];
    Arrays.setAll(out, c -> clamped(scale[c] * in[c] + shift[c], step.relu()));
    return out;
  }

  static double[] element(ElementStep step, double[] in) {
    try (Tensor x = Tensor.of(Shape.of(in.length), in);
        Tensor y = Elementwise.unary(step.op(), step.parameter(), x)) {
      return y.toDoubleArray();
    }
  }

  static double[] products(ProductStep step, ProductReads reads, double[] in) {
    double[] out = biases(step);
    for (int o = 0; o < out.length; o++) {
      int output = o;
      out[o] +=
          reads.of(o).stream()
              .mapToDouble(k -> foldable(step, in[k]) ? added(reads, output, k, in[k]) : Double.NaN)
              .sum();
      out[o] = clamped(out[o], step.relu());
    }
    return out;
  }

  static double[] depthwise(ProductStep step, double[] in) {
    var reads = new ProductReads(step.weight().values());
    double[] out = biases(step);
    for (int c = 0; c < out.length; c++) {
      if (reads.of(c).get(0)) {
        out[c] += foldable(step, in[c]) ? added(reads, c, 0, in[c]) : Double.NaN;
      }
      out[c] = clamped(out[c], step.relu());
    }
    return out;
  }

  private static double[] biases(ProductStep step) {
    return step.bias() == null
        ? new double[step.weight().shape().dim(0)]
        : step.bias().toDoubleArray();
  }

  /** What a constant input adds to an output; nothing where it is not read. */
  static double added(ProductReads reads, int output, int input, double constant) {
    return constant == 0 || !reads.of(output).get(input)
        ? 0
        : constant * reads.kernelSum(output, input);
  }

  /** Whether an input channel adds one number to every output position. */
  static boolean foldable(ProductStep step, double constant) {
    return constant == 0 || Double.isFinite(constant) && !isPadded(step);
  }

  private static boolean isPadded(ProductStep product) {
    ConvSpec spec = product.spec();
    return spec != null && spec.padH() + spec.padW() > 0;
  }
}
