package dev.espalier.bench.machine;

import dev.espalier.tensor.Threads;
import dev.espalier.tensor.sparse.Crossover;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The crossover tables that {@code espalier tune} measured on this machine, in the user's cache
 * directory, one for each number of threads. They serve compiled inference; training always follows
 * the library's own table, so that its results are the same on every machine.
 */
public final class TunedTable {
  private static final System.Logger LOG = System.getLogger(TunedTable.class.getName());

  private TunedTable() {}

  /** {@code $XDG_CACHE_HOME/espalier/crossover-N.txt}, by default under {@code ~/.cache}. */
  public static Path file(int threads) {
    return UserCache.directory().resolve("crossover-" + threads + ".txt");
  }

  /**
   * The table measured with as many threads as kernels use now, or the library's own where there is
   * none or it cannot be read.
   */
  public static Crossover load() {
    return load(file(Threads.count()));
  }

  static Crossover load(Path file) {
    if (!Files.exists(file)) {
      return Crossover.standard();
    }
    try {
      return Crossover.parse(file);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      LOG.log(
          Level.WARNING,
          "{0} is left aside ({1}); measure again with espalier tune",
          file,
          e.getMessage());
      return Crossover.standard();
    }
  }
}
