package dev.espalier.bench.peer;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The peers on the class path. */
public final class Peers {
  private Peers() {}

  /** All of them, by name. */
  public static List<PeerProvider> all() {
    return ServiceLoader.load(PeerProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(PeerProvider::name))
        .toList();
  }

  /**
   * One of them.
   *
   * @throws PeerUnavailableException if it is not on the class path
   */
  public static PeerProvider named(String name) {
    return all().stream()
        .filter(peer -> peer.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new PeerUnavailableException(
                    name + ": not on the class path; start bench/espalier with --peers"));
  }
}
