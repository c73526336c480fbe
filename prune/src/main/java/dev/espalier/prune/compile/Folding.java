package dev.espalier.prune.compile;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import java.util.Arrays;

/**
 * Folds a fixed batch-norm into the product before it: {@code W' = W γ / sqrt(variance + ε)}, {@code b' = β + (b - mean) γ / sqrt(variance + ε)}
 * per output channel.
 */
final class Folding {
  /** One scale and shift per channel. */
  record Affine(Tensor scale, Tensor shift) {}

  /** A weight and its bias. */
  record Folded(Tensor weight, Tensor bias) {}

  private Folding() {}

  static Affine affine(Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double eps) {
    Tensor scale = Elementwise.mul(gamma, Elementwise.rsqrt(Elementwise.addScalar(variance, eps)));
    return new Affine(scale, Elementwise.sub(beta, Elementwise.mul(mean, scale)));
  }

  static Folded fold(Tensor weight, Tensor bias, Affine affine) {
    int[] perRow = new int[weight.rank()];
    Arrays.fill(perRow, 1);
    perRow[0] = weight.dim(0);
    Tensor scaled = Elementwise.mul(weight, affine.scale.reshape(perRow));
    Tensor shifted = bias == null ? affine.shift : Elementwise.add(Elementwise.mul(bias, affine.scale), affine.shift);
    return new Folded(scaled, shifted);
  }
}
