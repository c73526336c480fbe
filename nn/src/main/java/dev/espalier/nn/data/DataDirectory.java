package dev.espalier.nn.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds data files, plain or gzip, in the user's directory; nothing is ever downloaded. */
final class DataDirectory {
  private DataDirectory() {}

  /** The plain file if it is there, otherwise the gzip one, otherwise nothing. */
  static Optional<Path> find(Path directory, String file) {
    Path plain = directory.resolve(file);
    if (Files.isRegularFile(plain)) {
      return Optional.of(plain);
    }
    Path gzip = directory.resolve(file + ".gz");
    return Files.isRegularFile(gzip) ? Optional.of(gzip) : Optional.empty();
  }

  static Path require(String dataset, Path directory, String file) throws IOException {
    return find(directory, file).orElseThrow(() -> missing(dataset, directory, List.of(file)));
  }

  static NoSuchFileException missing(String dataset, Path directory, List<String> files) {
    String problem =
        Files.isDirectory(directory) ? "not found here: " : "no such directory; it must hold ";
    return new NoSuchFileException(
        directory.toString(),
        null,
        dataset
            + ": "
            + problem
            + String.join(", ", files)
            + " (each plain or .gz); nothing is downloaded, put the files there");
  }
}
