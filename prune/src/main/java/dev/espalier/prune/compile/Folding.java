package dev.espalier.prune.compile;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.Normalization;
import java.util.Arrays;

/**
 * Folds a fixed batch-norm into the product before it: {@code W' = W γ / sqrt(variance + ε)},
 * {@code b' = β + (b - mean) γ / sqrt(variance + ε)} per output channel.
 */
final class Folding {
  /** A weight and its bias. */
  record Folded(Tensor weight, Tensor bias) {}

  private Folding() {}

  static Folded fold(Tensor weight, Tensor bias, Normalization.Affine affine) {
    int[] perRow = new int[weight.rank()];
    Arrays.fill(perRow, 1);
    perRow[0] = weight.dim(0);
    Tensor scaled = Elementwise.mul(weight, affine.scale().reshape(perRow));
    Tensor shifted =
        bias == null
            ? affine.shift()
            : Elementwise.add(Elementwise.mul(bias, affine.scale()), affine.shift());
    return new Folded(scaled, shifted);
  }
}
