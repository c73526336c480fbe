package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;

/** A mark in a stream; its time is the host's, as the emulator has no other. */
final class EmulatedEvent implements Event {
  private Point last;

  /** One recording: who waits for it does not wait for a later one of the same event. */
  static final class Point {
    private final EmulatedStream stream;
    private volatile boolean reached;
    private volatile long nanos;

    private Point(EmulatedStream stream) {
      this.stream = stream;
    }

    boolean isReached() {
      return reached;
    }

    /** The stream has come to the point. */
    void reach() {
      nanos = System.nanoTime();
      reached = true;
    }

    /** Runs what the stream has before the point, and nothing after it. */
    void await() {
      stream.drainTo(this);
    }
  }

  /** The stream will come to the event. */
  synchronized Point record(EmulatedStream stream) {
    last = new Point(stream);
    return last;
  }

  /** The last recording, or null if there was none. */
  synchronized Point last() {
    return last;
  }

  @Override
  public boolean isReached() {
    Point point = last();
    return point == null || point.reached;
  }

  @Override
  public void synchronize() {
    Point point = last();
    if (point != null) {
      point.await();
    }
  }

  @Override
  public float millisSince(Event start) {
    Point from = ((EmulatedEvent) start).last();
    Point to = last();
    if (from == null || !from.reached || to == null || !to.reached) {
      throw new DriverException(
          "millisSince", "both events must have been recorded and reached before");
    }
    return (to.nanos - from.nanos) / 1e6f;
  }

  @Override
  public void close() {}
}
