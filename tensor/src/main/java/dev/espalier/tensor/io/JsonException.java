package dev.espalier.tensor.io;

/** A text is not the JSON it should be: byte offset, what was expected, what was found. */
public final class JsonException extends RuntimeException {
  private final int offset;
  private final String rule;
  private final String actual;

  JsonException(int offset, String rule, String actual) {
    super("offset %d: %s, but found %s".formatted(offset, rule, actual));
    this.offset = offset;
    this.rule = rule;
    this.actual = actual;
  }

  /** Position in the UTF-8 bytes of the text. */
  public int offset() {
    return offset;
  }

  /** What was expected there. */
  public String rule() {
    return rule;
  }

  /** What was found. */
  public String actual() {
    return actual;
  }
}
