package dev.espalier.nn.data;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How to load a data set.
 *
 * @param directory where its files are; not needed for a generated one
 * @param trainCount how many training images, {@link #ALL} for as many as there are (or, generated,
 *     for the usual number)
 * @param testCount the same for the test images
 * @param seed what a generated set depends on
 * @param strict refuse, rather than warn about, content that is not the published one
 */
public record DatasetOptions(
    Optional<Path> directory, int trainCount, int testCount, long seed, boolean strict) {
  /** Every image there is. */
  public static final int ALL = Integer.MAX_VALUE;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a count is negative
   */
  public DatasetOptions {
    if (trainCount < 0 || testCount < 0) {
      throw new IllegalArgumentException(
          "dataset options: counts must not be negative: " + trainCount + ", " + testCount);
    }
  }

  /** Everything, seed 0, no directory, not strict. */
  public static DatasetOptions defaults() {
    return new DatasetOptions(Optional.empty(), ALL, ALL, 0, false);
  }

  /** This with a data directory. */
  public DatasetOptions withDirectory(Path directory) {
    return new DatasetOptions(Optional.of(directory), trainCount, testCount, seed, strict);
  }

  /** This with other sizes. */
  public DatasetOptions withCounts(int trainCount, int testCount) {
    return new DatasetOptions(directory, trainCount, testCount, seed, strict);
  }

  /** This with another seed. */
  public DatasetOptions withSeed(long seed) {
    return new DatasetOptions(directory, trainCount, testCount, seed, strict);
  }

  /** This, refusing content that is not the published one. */
  public DatasetOptions withStrict() {
    return new DatasetOptions(directory, trainCount, testCount, seed, true);
  }
}
