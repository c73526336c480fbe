package dev.espalier.nn;

/** Somebody asked for a name that nobody knows; the message says which ones are near. */
public final class UnknownNameException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  UnknownNameException(String kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** What was named, such as {@code model}. */
  public String kind() {
    return kind;
  }
}
