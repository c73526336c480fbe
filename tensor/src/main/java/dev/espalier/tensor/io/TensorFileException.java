package dev.espalier.tensor.io;

/** A file's contents break a rule of its format; nothing was allocated for what it declares. */
public final class TensorFileException extends RuntimeException {
  private static final int LONGEST_EXCERPT = 160;

  private final String file;
  private final long offset;
  private final String field;
  private final String rule;
  private final String actual;

  /**
   * Describes a broken rule.
   *
   * @param file the file's name, for an archive member {@code archive!member}
   * @param offset the byte in the file (in the member's own bytes for an archive) where it shows
   * @param field the part of the format, such as {@code shape} or {@code tensor 'fc1.weight'
   *     data_offsets}
   * @param rule what the format, or this reader, demands there
   * @param actual the value found
   */
  public TensorFileException(String file, long offset, String field, String rule, Object actual) {
    this(file, offset, field, rule, actual, null);
  }

  TensorFileException(
      String file, long offset, String field, String rule, Object actual, Throwable cause) {
    super(
        "%s: offset %d, %s: %s, but found %s"
            .formatted(file, offset, excerpt(field), rule, excerpt(String.valueOf(actual))),
        cause);
    this.file = file;
    this.offset = offset;
    this.field = field;
    this.rule = rule;
    this.actual = String.valueOf(actual);
  }

  /**
   * Names and values come from the file: control characters and endless strings stay out of logs.
   */
  private static String excerpt(String text) {
    String head =
        text.length() <= LONGEST_EXCERPT
            ? text
            : text.substring(0, LONGEST_EXCERPT) + "… (%d characters)".formatted(text.length());
    return head.replaceAll("\\p{Cntrl}", "?");
  }

  /** The file's name. */
  public String file() {
    return file;
  }

  /** The byte where the broken rule shows. */
  public long offset() {
    return offset;
  }

  /** The part of the format concerned. */
  public String field() {
    return field;
  }

  /** What was demanded. */
  public String rule() {
    return rule;
  }

  /** What was found. */
  public String actual() {
    return actual;
  }
}
