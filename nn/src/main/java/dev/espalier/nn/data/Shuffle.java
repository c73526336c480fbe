package dev.espalier.nn.data;

/** Random orders. */
final class Shuffle {
  private Shuffle() {}

  /** A permutation of 0..count-1 (Fisher-Yates) that depends on the arguments alone. */
  static int[] permutation(int count, long seed, Draws.Purpose purpose, int major, int minor) {
    var random = new Draws();
    random.seek(seed, purpose, major, minor);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
