package dev.espalier.bench.peer.onednn;

/** A call of oneDNN failed. */
final class DnnlException extends RuntimeException {
  private static final int UNIMPLEMENTED = 3;

  private final int status;

  DnnlException(String function, int status) {
    super("oneDNN: %s failed with status %d".formatted(function, status));
    this.status = status;
  }

  boolean isUnimplemented() {
    return status == UNIMPLEMENTED;
  }
}
