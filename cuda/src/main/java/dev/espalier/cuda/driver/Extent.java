package dev.espalier.cuda.driver;

/**
 * The size of a grid in blocks, or of a block in threads.
 *
 * @param x the fastest-running dimension; each of the three is at least 1
 */
public record Extent(int x, int y, int z) {
  public Extent {
    if (x < 1 || y < 1 || z < 1) {
      throw new IllegalArgumentException(
          "Extent: each dimension must be at least 1, but they are %d, %d, %d".formatted(x, y, z));
    }
  }

  /** One dimension; the other two are 1. */
  public static Extent of(int x) {
    return new Extent(x, 1, 1);
  }

  /** Two dimensions; the third is 1. */
  public static Extent of(int x, int y) {
    return new Extent(x, y, 1);
  }

  /** The product of the three. */
  public long count() {
    return Math.multiplyExact(Math.multiplyExact((long) x, y), z);
  }
}
