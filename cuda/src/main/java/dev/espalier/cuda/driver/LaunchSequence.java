package dev.espalier.cuda.driver;

/** Commands captured from a stream, to be issued again by one call (a CUDA graph). */
public interface LaunchSequence extends AutoCloseable {
  /** How many commands one replay issues. */
  int size();

  @Override
  void close();
}
