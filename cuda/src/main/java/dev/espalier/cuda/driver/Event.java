package dev.espalier.cuda.driver;

/** A point in the work of a stream. */
public interface Event extends AutoCloseable {
  /** Whether the work before the recorded point has finished; true if nothing was recorded. */
  boolean isReached();

  /** Returns when the work before the recorded point has finished. */
  void synchronize();

  /**
   * The device time from {@code start} to this event in milliseconds, to about half a microsecond.
   *
   * @throws DriverException unless both were recorded and reached
   */
  float millisSince(Event start);

  @Override
  void close();
}
