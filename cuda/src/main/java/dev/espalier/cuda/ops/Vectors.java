package dev.espalier.cuda.ops;

/** How many neighbouring elements a kernel may load or store at once. */
final class Vectors {
  private static final int MOST_BYTES = 16;

  private Vectors() {}

  /**
   * The largest power of two, of at most 16 bytes, that divides every distance and to which every
   * address is aligned.
   *
   * @param bytes of an element
   * @param distances in elements
   * @param addresses of elements, in bytes
   */
  static int width(int bytes, long[] distances, long... addresses) {
    long all = MOST_BYTES / bytes;
    for (long distance : distances) {
      all |= distance;
    }
    for (long address : addresses) {
      all |= address / bytes;
    }
    return (int) Long.lowestOneBit(all);
  }
}
