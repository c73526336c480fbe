package dev.espalier.tensor.spi;

/**
 * Maps a size in bytes to one of a fixed list of block sizes, eight per power of two, so that at
 * most one eighth of a block above 512 bytes is unused.
 */
public final class SizeClasses {
  /** Cache line, and the width of the widest vector. */
  public static final int ALIGNMENT = 64;

  private static final int SMALLEST_STEPPED = 512;
  private static final int LINEAR = SMALLEST_STEPPED / ALIGNMENT;

  /** Number of classes; the last holds 2^47 bytes. */
  public static final int COUNT = LINEAR + 8 * 38;

  private SizeClasses() {}

  /** Index of the smallest class that holds {@code bytes}. */
  public static int indexOf(long bytes) {
    if (bytes <= SMALLEST_STEPPED) {
      return (int) Math.max(0, (bytes + ALIGNMENT - 1) / ALIGNMENT - 1);
    }
    int power = 63 - Long.numberOfLeadingZeros(bytes - 1);
    long step = 1L << (power - 3);
    int within = (int) ((bytes - (1L << power) + step - 1) / step);
    return LINEAR + (power - 9) * 8 + within - 1;
  }

  /** Block size of a class. */
  public static long bytesOf(int index) {
    if (index < LINEAR) {
      return (long) (index + 1) * ALIGNMENT;
    }
    int stepped = index - LINEAR;
    int power = 9 + stepped / 8;
    return (1L << power) + (1L << (power - 3)) * (stepped % 8 + 1);
  }
}
