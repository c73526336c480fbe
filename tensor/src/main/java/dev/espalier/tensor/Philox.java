package dev.espalier.tensor;

/**
 * The counter-based generator Philox-4x32-10: random bits as a pure function of a key and a
 * counter.
 *
 * <p>Ten rounds, each {@code (c0, c1, c2, c3) -> (hi(M1 c2) ^ c1 ^ k0, lo(M1 c2), hi(M0 c0) ^ c3 ^
 * k1, lo(M0 c0))} with the key raised by the Weyl constants between rounds. Because there is no
 * state, element {@code i} of a random tensor is the same whoever computes it: any thread, any
 * vector width, any device.
 *
 * <p>Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel Random Numbers: As Easy
 * as 1, 2, 3 (2011). The four words of one counter serve four consecutive elements.
 */
public final class Philox {
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  private Philox() {}

  /**
   * Fills {@code out[at..at+3]} with the four words of one counter.
   *
   * @param key the seed
   * @param counterHigh the upper 64 bits of the counter (the stream)
   * @param counterLow the lower 64 bits of the counter (the position)
   */
  public static void block(long key, long counterHigh, long counterLow, int[] out, int at) {
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    int c0 = (int) counterLow;
    int c1 = (int) (counterLow >>> 32);
    int c2 = (int) counterHigh;
    int c3 = (int) (counterHigh >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = (M0 & 0xffffffffL) * (c0 & 0xffffffffL);
      long p1 = (M1 & 0xffffffffL) * (c2 & 0xffffffffL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
  }

  /** A float in [0, 1) from 24 random bits. */
  public static float toFloat(int word) {
    return (word >>> 8) * 0x1p-24f;
  }

  /** A double in [0, 1) from 53 random bits of two words. */
  public static double toDouble(int high, int low) {
    return (((long) (high >>> 5) << 26) | (low >>> 6)) * 0x1p-53;
  }
}
