package dev.espalier.cuda.driver;

/** The kernels of one PTX module, loaded on a device. */
public interface Program extends AutoCloseable {
  /**
   * The kernel of that entry name.
   *
   * @throws DriverException if the module has no such entry
   */
  Kernel kernel(String name);

  /** Unloads the module; its kernels must not be launched any more. */
  @Override
  void close();
}
