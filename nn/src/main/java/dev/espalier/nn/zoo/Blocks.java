package dev.espalier.nn.zoo;

import dev.espalier.nn.Module;
import dev.espalier.nn.layer.Conv2d;
import dev.espalier.nn.layer.Init;
import dev.espalier.nn.layer.Linear;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Generator;

/** Layers as the models of this package use them. */
final class Blocks {
  private Blocks() {}

  /** A convolution without bias, for a batch-norm after it. */
  static Conv2d conv(int in, int out, int kernel, int stride, Generator generator) {
    return new Conv2d(in, out, kernel, kernel, ConvSpec.of(stride, kernel / 2), false, generator);
  }

  /** Draws all product weights He-normal and zeroes their biases. */
  static <M extends Module> M heNormal(M model, Generator generator) {
    for (Module module : model.namedModules().values()) {
      switch (module) {
        case Linear linear -> {
          Init.heNormal(generator, linear.weight());
          if (linear.bias() != null) {
            linear.bias().tensor().fill(0);
          }
        }
        case Conv2d conv -> {
          Init.heNormal(generator, conv.weight());
          if (conv.bias() != null) {
            conv.bias().tensor().fill(0);
          }
        }
        default -> {}
      }
    }
    return model;
  }
}
