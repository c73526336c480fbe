package dev.espalier.nn.zoo;

import dev.espalier.nn.layer.Conv2d;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;

/** Layers as the models of this package use them. */
final class Blocks {
  private Blocks() {}

  /** A convolution without bias, for a batch-norm after it. */
  static Conv2d conv(int in, int out, int kernel, int stride, Generator generator) {
    return new Conv2d(in, out, kernel, kernel, ConvSpec.of(stride, kernel / 2), false, generator);
  }
}
