package dev.espalier.bench.machine;

import dev.espalier.tensor.Threads;
import dev.espalier.tensor.ops.TunedCrossover;
import dev.espalier.tensor.sparse.Crossover;
import java.nio.file.Path;

/**
 * The crossover tables that {@code espalier tune} measured on this machine, in the user's cache
 * directory, one for each number of threads. They serve compiled inference; training always follows
 * the library's own table, so that its results are the same on every machine.
 */
public final class TunedTable {
  private TunedTable() {}

  /** {@code $XDG_CACHE_HOME/espalier/crossover-N.txt}, by default under {@code ~/.cache}. */
  public static Path file(int threads) {
    return TunedCrossover.file(Integer.toString(threads));
  }

  /**
   * The table measured with as many threads as kernels use now, or the library's own where there is
   * none or it cannot be read.
   */
  public static Crossover load() {
    return load(file(Threads.count()));
  }

  static Crossover load(Path file) {
    return TunedCrossover.load(file, Crossover.standard(), "espalier tune");
  }
}
