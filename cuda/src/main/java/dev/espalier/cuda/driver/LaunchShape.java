package dev.espalier.cuda.driver;

import static java.util.Objects.requireNonNull;

/**
 * How many threads a launch starts.
 *
 * @param grid blocks
 * @param block threads of a block
 * @param sharedBytes dynamic shared memory of a block, 0 or more
 */
public record LaunchShape(Extent grid, Extent block, int sharedBytes) {
  /** The hardware's limits on a grid's second and third dimension, the same on every device. */
  private static final int MAX_GRID_YZ = 65_535;

  public LaunchShape {
    requireNonNull(grid, "grid");
    requireNonNull(block, "block");
    if (sharedBytes < 0) {
      throw new IllegalArgumentException(
          "LaunchShape: sharedBytes must be 0 or more, but is " + sharedBytes);
    }
    if (grid.y() > MAX_GRID_YZ || grid.z() > MAX_GRID_YZ) {
      throw new IllegalArgumentException(
          "LaunchShape: grid y and z may be at most %d, but are %d and %d; use x for the long one"
              .formatted(MAX_GRID_YZ, grid.y(), grid.z()));
    }
  }

  /** A launch without dynamic shared memory. */
  public static LaunchShape of(Extent grid, Extent block) {
    return new LaunchShape(grid, block, 0);
  }

  /**
   * Refuses what the device or the kernel does not allow.
   *
   * @throws IllegalArgumentException naming the kernel, the limit and the actual value
   */
  public void check(Kernel kernel, DeviceProperties device) {
    KernelResources resources = kernel.resources();
    int maxThreads = Math.min(device.maxThreadsPerBlock(), resources.maxThreadsPerBlock());
    if (block.count() > maxThreads) {
      throw new IllegalArgumentException(
          "launch of %s: a block of %d threads exceeds the %d that the kernel can have on %s"
              .formatted(kernel.name(), block.count(), maxThreads, device.name()));
    }
    long shared = (long) sharedBytes + resources.staticSharedBytes();
    if (shared > device.maxSharedBytesPerBlockOptIn()) {
      throw new IllegalArgumentException(
          "launch of %s: %d bytes of shared memory exceed the %d that a block can have on %s"
              .formatted(
                  kernel.name(), shared, device.maxSharedBytesPerBlockOptIn(), device.name()));
    }
  }
}
