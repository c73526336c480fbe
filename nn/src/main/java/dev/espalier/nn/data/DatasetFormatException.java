package dev.espalier.nn.data;

import java.io.IOException;
import java.nio.file.Path;

/** A data file that is not what its format demands; says in which file, at which byte and field. */
public final class DatasetFormatException extends IOException {
  private final Path file;
  private final long offset;
  private final String field;

  DatasetFormatException(Path file, long offset, String field, String problem) {
    this(file, offset, field, problem, null);
  }

  DatasetFormatException(Path file, long offset, String field, String problem, Throwable cause) {
    super(file + ": byte " + offset + ", " + field + ": " + problem, cause);
    this.file = file;
    this.offset = offset;
    this.field = field;
  }

  /** The damaged file. */
  public Path file() {
    return file;
  }

  /** Where the field begins, in bytes of the uncompressed content. */
  public long offset() {
    return offset;
  }

  /** The part of the format that is wrong, such as {@code magic}. */
  public String field() {
    return field;
  }
}
