package dev.espalier.tensor.spi;

/** Commands of a device that one call repeats; see {@link Backend#capture}. */
public interface CapturedWork extends AutoCloseable {
  /**
   * Issues the commands once more.
   *
   * @throws IllegalStateException if a tensor that they use was closed since
   */
  void replay();

  /** Gives back the memory that was allocated in the capture. */
  @Override
  void close();
}
