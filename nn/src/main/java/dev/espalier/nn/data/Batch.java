package dev.espalier.nn.data;

import dev.espalier.tensor.Device;
import dev.espalier.tensor.Tensor;

/**
 * One batch of a {@link DataLoader}. It belongs to the loader, which closes its tensors and reuses
 * their memory when the next batch is asked for; copy what must live longer.
 *
 * @param images float32 [n, channels, height, width]
 * @param labels int64 [n]
 * @param epoch which pass over the data, from 0
 * @param index which batch of the pass, from 0
 */
public record Batch(Tensor images, Tensor labels, int epoch, int index) {
  /** The number of images; the last batch of an epoch may have fewer than the others. */
  public int size() {
    return labels.dim(0);
  }

  /** The same batch on a device, in new tensors, which belong to the current scope. */
  public Batch to(Device device) {
    return new Batch(images.to(device), labels.to(device), epoch, index);
  }
}
