package dev.espalier.bench.measure;

/** One side could not be timed. */
final class MeasurementException extends Exception {
  private final boolean unavailable;

  MeasurementException(String message, boolean unavailable) {
    super(message);
    this.unavailable = unavailable;
  }

  /** Whether it will never be possible on this machine. */
  boolean isUnavailable() {
    return unavailable;
  }
}
