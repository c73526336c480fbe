package dev.espalier.bench.peer;

import java.lang.foreign.MemorySegment;

/** One operation of a peer, bound to its operands. */
public interface PeerCall extends AutoCloseable {
  /** What is timed; the result stays in the library's own layout. */
  void run();

  /** Copies the result of the last run, dense and row-major. */
  void result(MemorySegment out);

  /** Which of its kernels the library chose, for the record. */
  String kernel();

  @Override
  void close();
}
