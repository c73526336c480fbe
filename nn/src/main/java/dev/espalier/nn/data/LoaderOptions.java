package dev.espalier.nn.data;

/**
 * How a {@link DataLoader} walks over a data set.
 *
 * @param batchSize images a batch
 * @param shuffle a new random order each epoch, or always the order of the data set
 * @param dropLast leave out the last batch of an epoch if it is not full
 * @param seed what order and augmentation depend on
 * @param prefetch how many batches are prepared ahead
 */
public record LoaderOptions(
    int batchSize, boolean shuffle, boolean dropLast, long seed, int prefetch) {
  private static final int DEFAULT_PREFETCH = 2;
  private static final int MAX_PREFETCH = 64;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if the batch size is not positive or prefetch not 1 to 64
   */
  public LoaderOptions {
    if (batchSize < 1) {
      throw new IllegalArgumentException(
          "loader options: batch size must be positive, not " + batchSize);
    }
    if (prefetch < 1 || prefetch > MAX_PREFETCH) {
      throw new IllegalArgumentException(
          "loader options: prefetch must be 1 to " + MAX_PREFETCH + ", not " + prefetch);
    }
  }

  /** For training: shuffled, every image each epoch, two batches ahead. */
  public static LoaderOptions training(int batchSize, long seed) {
    return new LoaderOptions(batchSize, true, false, seed, DEFAULT_PREFETCH);
  }

  /** For evaluation: in order, every image, two batches ahead. */
  public static LoaderOptions evaluation(int batchSize) {
    return new LoaderOptions(batchSize, false, false, 0, DEFAULT_PREFETCH);
  }

  /** This, leaving out the last batch of an epoch if it is not full. */
  public LoaderOptions withDropLast() {
    return new LoaderOptions(batchSize, shuffle, true, seed, prefetch);
  }

  /** This with another number of batches prepared ahead. */
  public LoaderOptions withPrefetch(int batches) {
    return new LoaderOptions(batchSize, shuffle, dropLast, seed, batches);
  }
}
