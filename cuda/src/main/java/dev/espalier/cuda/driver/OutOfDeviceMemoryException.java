package dev.espalier.cuda.driver;

/** A device, or the host's page-locked memory, has not as much left as was asked for. */
public final class OutOfDeviceMemoryException extends DriverException {
  /**
   * Names the operation and what is left.
   *
   * @param operation with the bytes asked for
   * @param problem with the bytes left, where they are known
   */
  public OutOfDeviceMemoryException(String operation, String problem) {
    super(operation, problem);
  }
}
