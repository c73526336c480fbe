package dev.espalier.bench.peer;

/** A peer cannot run on this machine; the message names the peer, the reason and the remedy. */
public final class PeerUnavailableException extends RuntimeException {
  public PeerUnavailableException(String message) {
    super(message);
  }

  public PeerUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
