package dev.espalier.bench.peer.onednn;

import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerProvider;

/** oneDNN, from its bytedeco jar. */
public final class OneDnnProvider implements PeerProvider {
  @Override
  public String name() {
    return OneDnn.NAME;
  }

  @Override
  public Peer open(int threads) {
    return new OneDnn(threads);
  }
}
