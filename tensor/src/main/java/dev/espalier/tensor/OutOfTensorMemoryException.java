package dev.espalier.tensor;

/**
 * Thrown when a tensor cannot be allocated even after a collection; the message says who holds the
 * memory.
 */
public final class OutOfTensorMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OutOfTensorMemoryException(String message) {
    super(message);
  }
}
