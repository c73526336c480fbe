package dev.espalier.nn.data;

/**
 * The size of one image, stored [channels, height, width].
 *
 * @param channels colour planes
 * @param height rows
 * @param width columns
 */
public record ImageShape(int channels, int height, int width) {
  /** No known data set has larger sides; a header that says so is damaged. */
  static final int MAX_SIDE = 16_384;

  private static final int MAX_CHANNELS = 64;

  /**
   * Checks the components.
   *
   * @throws IllegalArgumentException if a size is not positive or beyond any real image
   */
  public ImageShape {
    check("channels", channels, MAX_CHANNELS);
    check("height", height, MAX_SIDE);
    check("width", width, MAX_SIDE);
    if ((long) channels * height * width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "image shape: " + channels + "x" + height + "x" + width + " exceeds 2^31 values");
    }
  }

  /** channels · height · width. */
  public int values() {
    return channels * height * width;
  }

  @Override
  public String toString() {
    return channels + "x" + height + "x" + width;
  }

  private static void check(String what, int size, int limit) {
    if (size < 1 || size > limit) {
      throw new IllegalArgumentException(
          "image shape: " + what + " must be 1 to " + limit + ", not " + size);
    }
  }
}
