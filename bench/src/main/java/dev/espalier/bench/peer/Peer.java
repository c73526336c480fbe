package dev.espalier.bench.peer;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/** A library to compare with, opened for one number of threads. */
public interface Peer extends AutoCloseable {
  /**
   * Binds a problem to operands, in whatever layout suits the library best; converting to it is
   * part of this call, not of what is timed.
   *
   * @param inputs the problem's operands in {@link Problem}'s order, native memory, 64-byte
   *     aligned, unchanged while the call is in use
   * @return empty if the library has no such operation
   */
  Optional<PeerCall> prepare(Problem problem, List<MemorySegment> inputs);

  @Override
  void close();
}
