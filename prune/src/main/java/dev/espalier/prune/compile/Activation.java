package dev.espalier.prune.compile;

import dev.espalier.tensor.Tensor;

/**
 * The value of a slot in one run.
 *
 * @param stored contiguous (but for a strided input of the model): the tensor itself, or
 *     channel-major with its first two axes exchanged
 * @param tensor the same elements in the order of the model's axes
 */
record Activation(Tensor stored, Tensor tensor) {
  static Activation rowMajor(Tensor tensor) {
    return new Activation(tensor, tensor);
  }

  boolean channelMajor() {
    return stored != tensor;
  }
}
