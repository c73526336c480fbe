package dev.espalier.cuda.driver;

/** A device refused an operation or failed while it ran. */
public sealed class DriverException extends RuntimeException permits OutOfDeviceMemoryException {
  private final String operation;

  /**
   * Names the operation and what went wrong.
   *
   * @param operation the operation of {@link Driver} or of what it opened, with its actual values
   * @param problem the cause in the device's words, and what to do about it where that is known
   */
  public DriverException(String operation, String problem) {
    super(operation + ": " + problem);
    this.operation = operation;
  }

  /** The operation that failed, with its actual values. */
  public String operation() {
    return operation;
  }
}
