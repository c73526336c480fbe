package dev.espalier.bench.study;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a data set's files are below the folder that a user names. */
public final class DataFolder {
  private DataFolder() {}

  /** The folder's own folder of the data set's name if there is one, else the folder itself. */
  public static Path of(Path folder, String data) {
    Path own = folder.resolve(data);
    return Files.isDirectory(own) ? own : folder;
  }
}
