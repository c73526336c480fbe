package dev.espalier.tensor.io;

import java.nio.file.Path;

/** Where this user keeps what can be made again. */
public final class UserCache {
  private UserCache() {}

  /** {@code $XDG_CACHE_HOME/espalier}, by default {@code ~/.cache/espalier}. */
  public static Path directory() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path directory =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return directory.resolve("espalier");
  }
}
