package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;

/** A mark in a stream; its time is the host's, as the emulator has no other. */
final class EmulatedEvent implements Event {
  private EmulatedStream recordedBy;
  private boolean reached;
  private long nanos;

  /** The stream will come to the event. */
  synchronized void issued(EmulatedStream stream) {
    recordedBy = stream;
    reached = false;
  }

  /** The stream has come to the event. */
  synchronized void reached() {
    reached = true;
    nanos = System.nanoTime();
  }

  @Override
  public synchronized boolean isReached() {
    return recordedBy == null || reached;
  }

  @Override
  public void synchronize() {
    EmulatedStream stream;
    synchronized (this) {
      stream = isReached() ? null : recordedBy;
    }
    if (stream != null) {
      stream.drain();
    }
  }

  @Override
  public synchronized float millisSince(Event start) {
    EmulatedEvent first = (EmulatedEvent) start;
    if (!reached || !first.reached) {
      throw new DriverException(
          "millisSince", "both events must have been recorded and reached before");
    }
    return (nanos - first.nanos) / 1e6f;
  }

  @Override
  public void close() {}
}
