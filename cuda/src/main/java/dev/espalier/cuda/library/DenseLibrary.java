package dev.espalier.cuda.library;

import dev.espalier.cuda.memory.OrderedStream;

/** Dense matrix products of a vendor. */
public interface DenseLibrary {
  /** Name and version for reports. */
  String name();

  /**
   * Issues a product to a stream; the same product gives the same bits again on the same device.
   *
   * @throws dev.espalier.cuda.driver.DriverException if the library refuses it
   */
  void gemm(DenseProduct product, OrderedStream stream);
}
