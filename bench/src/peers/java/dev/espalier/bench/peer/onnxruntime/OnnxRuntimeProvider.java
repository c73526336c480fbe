package dev.espalier.bench.peer.onnxruntime;

import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerProvider;
import dev.espalier.bench.peer.PeerUnavailableException;

/** ONNX Runtime, from Microsoft's jar. */
public final class OnnxRuntimeProvider implements PeerProvider {
  static final String NAME = "onnxruntime";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Peer open(int threads) {
    try {
      return new OnnxRuntime(threads);
    } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
      throw new PeerUnavailableException(
          NAME + ": its native library does not load here (" + e.getMessage() + ")", e);
    }
  }
}
