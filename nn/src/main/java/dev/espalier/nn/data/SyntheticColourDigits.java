package dev.espalier.nn.data;

/**
 * The generated digits in colour, 32x32: those of {@link SyntheticDigits}, written in a random ink
 * on paper of a random colour, for networks that take images of CIFAR's size.
 *
 * <p>In each channel ink and paper are a third of the range or more apart, either may be the
 * brighter one, and three channels seldom agree on which, so a network must learn shapes and not
 * brightness. Image i of a split depends on (seed, split, i) alone.
 */
public final class SyntheticColourDigits {
  /** The name that the data set has in {@link Datasets}. */
  static final String NAME = "synthetic-colour-digits";

  static final ImageShape SHAPE = new ImageShape(3, 32, 32);

  private static final int MARGIN = (32 - SyntheticDigits.SIZE) / 2;
  private static final float HALF = 128f;
  private static final float VARIATION = 42f;

  private SyntheticColourDigits() {}

  /** The first {@code count} training images of a seed. */
  public static ImageDataset train(int count, long seed) {
    return coloured(SyntheticDigits.train(count, seed), SyntheticDigits.Split.TRAIN, seed);
  }

  /** The first {@code count} test images of a seed. */
  public static ImageDataset test(int count, long seed) {
    return coloured(SyntheticDigits.test(count, seed), SyntheticDigits.Split.TEST, seed);
  }

  private static ImageDataset coloured(ImageDataset grey, SyntheticDigits.Split split, long seed) {
    int count = grey.count();
    byte[] pixels = new byte[(int) ImageDataset.checkedBytes(NAME, split.title, count, SHAPE)];
    byte[] labels = new byte[count];
    var random = new Draws();
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) grey.label(i);
      random.seek(seed, Draws.Purpose.DIGIT_COLOUR, split.code, i);
      for (int channel = 0; channel < SHAPE.channels(); channel++) {
        float paper = random.between(0f, 256f);
        float ink = (paper + HALF + random.spread(VARIATION)) % 256f;
        paint(grey, i, channel, paper, ink, pixels);
      }
    }
    return ImageDataset.of(NAME, split.title, SHAPE, grey.classes(), pixels, labels);
  }

  private static void paint(
      ImageDataset grey, int image, int channel, float paper, float ink, byte[] pixels) {
    int at = (image * SHAPE.channels() + channel) * SHAPE.height() * SHAPE.width();
    for (int y = 0; y < SHAPE.height(); y++) {
      for (int x = 0; x < SHAPE.width(); x++) {
        float covered = 0;
        if (isInside(y) && isInside(x)) {
          covered = grey.pixel(image, 0, y - MARGIN, x - MARGIN) / 255f;
        }
        pixels[at++] = (byte) (int) (paper + covered * (ink - paper));
      }
    }
  }

  private static boolean isInside(int place) {
    return place >= MARGIN && place < MARGIN + SyntheticDigits.SIZE;
  }
}
