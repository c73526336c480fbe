package dev.espalier.bench.peer.openblas;

import dev.espalier.bench.peer.Peer;
import dev.espalier.bench.peer.PeerProvider;

/** OpenBLAS, from its bytedeco jar. */
public final class OpenBlasProvider implements PeerProvider {
  @Override
  public String name() {
    return OpenBlas.NAME;
  }

  @Override
  public Peer open(int threads) {
    return new OpenBlas(threads);
  }
}
