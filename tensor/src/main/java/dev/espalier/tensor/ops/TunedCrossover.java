package dev.espalier.tensor.ops;

import dev.espalier.tensor.io.UserCache;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The tables that a {@link CrossoverProbe} measured on this machine, in the user's cache folder.
 */
public final class TunedCrossover {
  private static final System.Logger LOG = System.getLogger(TunedCrossover.class.getName());

  private TunedCrossover() {}

  /**
   * {@code $XDG_CACHE_HOME/espalier/crossover-NAME.txt}, by default under {@code ~/.cache}.
   *
   * @param name of what was measured; what is no letter or digit becomes a hyphen
   */
  public static Path file(String name) {
    String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return UserCache.directory().resolve("crossover-" + plain + ".txt");
  }

  /**
   * The table in a file, or another where there is no such file or it cannot be read; the latter is
   * logged with file, line and remedy.
   *
   * @param command that measures the table anew
   */
  public static Crossover load(Path file, Crossover otherwise, String command) {
    if (!Files.exists(file)) {
      return otherwise;
    }
    try {
      return Crossover.parse(file);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      LOG.log(
          Level.WARNING,
          "{0} is left aside ({1}); measure again with {2}",
          file,
          e.getMessage(),
          command);
      return otherwise;
    }
  }
}
