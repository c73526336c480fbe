package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.tensor.Tensor;

/** Arithmetic of launches that the families share. */
final class Grids {
  /** Blocks per multiprocessor of a grid whose blocks take one piece of work after the other. */
  private static final int BLOCKS_PER_MULTIPROCESSOR = 32;

  private Grids() {}

  /** How many blocks to start for that many pieces of work. */
  static int blocks(DeviceContext context, long pieces) {
    long most = (long) context.properties().multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
    return (int) Math.clamp(pieces, 1, most);
  }

  /** The address of a tensor's element, counted in its storage from its first one. */
  static DevicePointer at(DeviceContext context, Tensor tensor, long element) {
    return context.pointer(tensor).plus(element * tensor.dtype().bytes());
  }

  /**
   * An extent as a kernel's 32-bit number.
   *
   * @throws IllegalArgumentException naming the operation if it is 2^31 or more
   */
  static int extent(String operation, long elements) {
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: %,d elements are more than the %,d that its kernel counts; use a smaller batch"
              .formatted(operation, elements, Integer.MAX_VALUE));
    }
    return (int) elements;
  }
}
