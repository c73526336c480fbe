package dev.espalier.nn.data;

/**
 * Sequential draws from one Philox-4x32-10 counter range, so that what an image looks like depends
 * on its coordinates (seed, purpose, index) and never on which thread made it or when.
 */
final class Draws {
  private static final int ROUNDS = 10;
  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  /** What the draws are for; different purposes never share draws. */
  enum Purpose {
    DIGIT_LABEL,
    DIGIT_IMAGE,
    SPLIT,
    SHUFFLE,
    AUGMENT
  }

  private final int[] block = new int[4];
  private int key0;
  private int key1;
  private int counter0;
  private int counter1;
  private int counter2;
  private int counter3;
  private int used = 4;

  /** Starts at the first draw of the range that the arguments name. */
  void seek(long seed, Purpose purpose, int major, int minor) {
    key0 = (int) seed;
    key1 = (int) (seed >>> 32);
    counter0 = 0;
    counter1 = minor;
    counter2 = major;
    // Word 0 is left to generators that were not split from their seed.
    counter3 = purpose.ordinal() + 1;
    used = 4;
  }

  int nextInt() {
    if (used == 4) {
      generate();
      used = 0;
    }
    return block[used++];
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  float nextFloat() {
    return (nextInt() >>> 8) * 0x1p-24f;
  }

  float between(float low, float high) {
    return low + (high - low) * nextFloat();
  }

  /** Symmetric about zero and bell-shaped: the sum of two uniforms, within (-amplitude, amplitude). */
  float spread(float amplitude) {
    return amplitude * (nextFloat() - nextFloat());
  }

  /** Uniform in 0..bound-1 up to a bias below bound / 2^32. */
  int below(int bound) {
    return (int) (((nextInt() & 0xFFFF_FFFFL) * bound) >>> 32);
  }

  private void generate() {
    int c0 = counter0;
    int c1 = counter1;
    int c2 = counter2;
    int c3 = counter3;
    int k0 = key0;
    int k1 = key1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (MULTIPLIER_0 & 0xFFFF_FFFFL) * (c0 & 0xFFFF_FFFFL);
      long product1 = (MULTIPLIER_1 & 0xFFFF_FFFFL) * (c2 & 0xFFFF_FFFFL);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    block[0] = c0;
    block[1] = c1;
    block[2] = c2;
    block[3] = c3;
    counter0++;
  }
}
