package dev.espalier.bench.command;

import dev.espalier.nn.UnknownNameException;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What the user asked for and cannot be done: one sentence and exit code 2. */
final class Refusals {
  private Refusals() {}

  /** Work that reads or writes files. */
  @FunctionalInterface
  interface Reading<T> {
    T get() throws java.io.IOException;
  }

  /** Says what does not fit as a refusal of the command line. */
  static <T> T understood(CommandLine line, Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw refusal(line, e);
    }
  }

  /** The same of work that reads files; a file that cannot be read is a failure, not a refusal. */
  static <T> T understoodFile(CommandLine line, Reading<T> work) throws java.io.IOException {
    try {
      return work.get();
    } catch (IllegalArgumentException e) {
      throw refusal(line, e);
    }
  }

  /**
   * Of pruning itself also what shows only there, such as scores that are no numbers or a scorer
   * without data.
   */
  static <T> T pruned(CommandLine line, Supplier<T> work) {
    try {
      return work.get();
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw refusal(line, e);
    }
  }

  /** With the place where all names are listed, if there is one. */
  private static ParameterException refusal(CommandLine line, RuntimeException e) {
    String message = e.getMessage();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownNameException unknown) {
        message += ListCommand.hint(unknown.kind()).map(it -> "; " + it).orElse("");
        break;
      }
    }
    return new ParameterException(line, message, e);
  }
}
