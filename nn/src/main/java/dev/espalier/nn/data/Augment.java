package dev.espalier.nn.data;

import java.util.Arrays;

/**
 * Turns one stored image into one network input: optional random crop of the zero-padded image,
 * optional horizontal flip with probability one half, normalisation.
 *
 * <p>What happens to an image depends on (seed, epoch, index) alone. Padding is zero before
 * normalisation, as in PyTorch when {@code RandomCrop(size, padding)} comes before {@code
 * ToTensor}.
 *
 * <p>PyTorch: {@code transforms.Compose} of {@code RandomCrop}, {@code RandomHorizontalFlip},
 * {@code ToTensor}, {@code Normalize}.
 */
public final class Augment {
  private static final int LEVELS = 256;

  private final Normalization normalization;
  private final int padding;
  private final boolean flip;
  private final float[] table;

  private Augment(Normalization normalization, int padding, boolean flip) {
    this.normalization = normalization;
    this.padding = padding;
    this.flip = flip;
    this.table = new float[normalization.channels() * LEVELS];
    for (int i = 0; i < table.length; i++) {
      table[i] = normalization.apply(i / LEVELS, i % LEVELS);
    }
  }

  /** Normalisation and nothing else. */
  public static Augment none(Normalization normalization) {
    return new Augment(normalization, 0, false);
  }

  /**
   * This, with a random crop out of the image padded by {@code padding} zero pixels on each side.
   */
  public Augment withCrop(int padding) {
    if (padding < 0 || padding > ImageShape.MAX_SIDE) {
      throw new IllegalArgumentException(
          "augment: crop padding must be 0 to " + ImageShape.MAX_SIDE + ", not " + padding);
    }
    return new Augment(normalization, padding, flip);
  }

  /** This, with a horizontal flip of every second image on average. */
  public Augment withFlip() {
    return new Augment(normalization, padding, true);
  }

  /** The normalisation applied last. */
  public Normalization normalization() {
    return normalization;
  }

  /** Whether two passes over the data may differ. */
  public boolean random() {
    return flip || padding > 0;
  }

  /**
   * Writes image {@code index} of {@code data} as [channels, height, width] floats.
   *
   * @throws IllegalArgumentException if the normalisation is for another number of channels
   */
  public void apply(
      ImageDataset data, int index, long seed, int epoch, float[] destination, int offset) {
    requireChannels(data);
    ImageShape shape = data.shape();
    View view = draw(shape.width(), seed, epoch, index);
    for (int channel = 0; channel < shape.channels(); channel++) {
      for (int y = 0; y < shape.height(); y++) {
        writeLine(data, index, channel, y, view, destination, offset);
      }
    }
  }

  /** Refuses a data set whose images have other channels than the normalisation. */
  void requireChannels(ImageDataset data) {
    if (data.shape().channels() != normalization.channels()) {
      throw new IllegalArgumentException(
          "augment: normalisation of " + normalization.channels() + " channels for " + data);
    }
  }

  /** Which stored pixel output pixel (y, x) shows: (y + shiftY, firstX + x * step). */
  private record View(int shiftY, int firstX, int step) {}

  private View draw(int width, long seed, int epoch, int index) {
    if (!random()) {
      return new View(0, 0, 1);
    }
    var draws = new Draws();
    draws.seek(seed, Draws.Purpose.AUGMENT, epoch, index);
    int shiftY = draws.below(2 * padding + 1) - padding;
    int shiftX = draws.below(2 * padding + 1) - padding;
    boolean mirrored = draws.below(2) == 1 && flip;
    return mirrored ? new View(shiftY, shiftX + width - 1, -1) : new View(shiftY, shiftX, 1);
  }

  private void writeLine(
      ImageDataset data,
      int index,
      int channel,
      int y,
      View view,
      float[] destination,
      int offset) {
    ImageShape shape = data.shape();
    int width = shape.width();
    int levels = channel * LEVELS;
    int line = offset + (channel * shape.height() + y) * width;
    int sourceY = y + view.shiftY();
    if (sourceY < 0 || sourceY >= shape.height()) {
      Arrays.fill(destination, line, line + width, table[levels]);
      return;
    }
    byte[] pixels = data.pixels();
    int source = data.offset(index) + (channel * shape.height() + sourceY) * width;
    for (int x = 0, from = view.firstX(); x < width; x++, from += view.step()) {
      int level = from < 0 || from >= width ? 0 : pixels[source + from] & 255;
      destination[line + x] = table[levels + level];
    }
  }
}
