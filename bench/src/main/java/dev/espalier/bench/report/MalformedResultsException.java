package dev.espalier.bench.report;

import java.io.IOException;
import java.nio.file.Path;

/** A results file holds a line that is not a valid trial; the message names file and line. */
public final class MalformedResultsException extends IOException {

  private static final long serialVersionUID = 1L;

  MalformedResultsException(Path file, int line, String reason) {
    super(file + ", line " + line + ": " + reason);
  }
}
