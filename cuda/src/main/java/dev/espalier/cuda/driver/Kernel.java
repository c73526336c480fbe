package dev.espalier.cuda.driver;

/** A function that a {@link CommandStream} can launch; it lives as long as its {@link Program}. */
public interface Kernel {
  /** The entry name in the PTX text. */
  String name();

  /** What one launch of the kernel takes from the device. */
  KernelResources resources();

  /**
   * Allows launches with more dynamic shared memory than the device grants unasked.
   *
   * @param bytes at most {@link DeviceProperties#maxSharedBytesPerBlockOptIn()}
   */
  void allowSharedBytes(int bytes);
}
