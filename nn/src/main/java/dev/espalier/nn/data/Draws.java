package dev.espalier.nn.data;

import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Philox;

/**
 * Random draws named by coordinates (seed, purpose, major, minor), so that what an image looks like
 * depends on which image it is and never on which thread made it or when.
 *
 * <p>The Philox counter is (purpose, major | minor, draw): distinct coordinates never share draws.
 */
final class Draws {
  /** What the draws are for. */
  enum Purpose {
    DIGIT_LABEL(1),
    DIGIT_IMAGE(2),
    SPLIT(3),
    SHUFFLE(4),
    AUGMENT(5),
    DIGIT_COLOUR(6);

    /** Never 0: streams below 2^32 are left to generators made from the bare seed. */
    final long code;

    Purpose(long code) {
      this.code = code;
    }
  }

  private final int[] block = new int[4];
  private long seed;
  private long stream;
  private long position;
  private int used = 4;

  /** A generator at the first draw of the range that the arguments name. */
  static Generator generator(long seed, Purpose purpose, int major, int minor) {
    return new Generator(
        new Generator.State(seed, stream(purpose, major), Integer.toUnsignedLong(minor) << 32));
  }

  /** Moves to the first draw of the range that the arguments name. */
  void seek(long seed, Purpose purpose, int major, int minor) {
    this.seed = seed;
    stream = stream(purpose, major);
    position = Integer.toUnsignedLong(minor) << 32;
    used = 4;
  }

  int nextInt() {
    if (used == 4) {
      Philox.block(seed, stream, position++, block, 0);
      used = 0;
    }
    return block[used++];
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  float nextFloat() {
    return Philox.toFloat(nextInt());
  }

  float between(float low, float high) {
    return low + (high - low) * nextFloat();
  }

  /** Symmetric about zero, within (-amplitude, amplitude): the difference of two uniforms. */
  float spread(float amplitude) {
    float first = nextFloat();
    float second = nextFloat();
    return amplitude * (first - second);
  }

  /** Uniform in 0..bound-1 up to a bias below bound / 2^32. */
  int below(int bound) {
    return (int) ((Integer.toUnsignedLong(nextInt()) * bound) >>> 32);
  }

  private static long stream(Purpose purpose, int major) {
    return purpose.code << 32 | Integer.toUnsignedLong(major);
  }
}
