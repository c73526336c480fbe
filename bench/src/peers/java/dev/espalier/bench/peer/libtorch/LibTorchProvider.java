package dev.espalier.bench.peer.libtorch;

import ai.djl.engine.EngineException;
import dev.espalier.bench.peer.Natives;
import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerProvider;
import dev.espalier.bench.peer.PeerUnavailableException;

/** libtorch, through DJL. */
public final class LibTorchProvider implements PeerProvider {
  static final String NAME = "libtorch";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Peer open(int threads) {
    // Everything comes with the jars: DJL must not look for libraries elsewhere, nor report usage.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Natives.setEnvironment("OMP_NUM_THREADS", Integer.toString(threads));
    try {
      return new LibTorch(threads);
    } catch (EngineException | UnsatisfiedLinkError | ExceptionInInitializerError e) {
      throw new PeerUnavailableException(
          NAME + ": its native library does not load here (" + e.getMessage() + ")", e);
    }
  }
}
