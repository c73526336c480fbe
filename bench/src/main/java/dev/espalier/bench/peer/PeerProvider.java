package dev.espalier.bench.peer;

/** Opens one library. */
public interface PeerProvider {
  /** As it appears in results: {@code onednn}, {@code openblas}, {@code onnxruntime}, ... */
  String name();

  /**
   * Loads the library and limits it to a number of threads.
   *
   * @throws PeerUnavailableException if it cannot run here; says why and what to do
   */
  Peer open(int threads);
}
