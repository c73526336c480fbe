package dev.espalier.bench.command;

import java.nio.file.Files;
import java.nio.file.Path;

/** A file that a command writes at its end, looked at before the work begins. */
final class OutputFile {
  private OutputFile() {}

  /**
   * Refuses a place where no file can be written.
   *
   * @param option what it was given by
   */
  static void requireWritable(String option, Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          "%s: %s is a folder; name a file in it".formatted(option, file));
    }
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "%s: there is no folder %s; make it first".formatted(option, folder));
    }
    if (!Files.isWritable(folder)) {
      throw new IllegalArgumentException(
          "%s: the folder %s cannot be written to".formatted(option, folder));
    }
  }
}
