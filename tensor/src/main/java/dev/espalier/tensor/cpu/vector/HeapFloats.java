package dev.espalier.tensor.cpu.vector;

/**
 * One growing array per thread for operands whose elements a kernel reads one by one, which is
 * fastest from the heap.
 */
final class HeapFloats {
  private static final ThreadLocal<float[]> OWN = ThreadLocal.withInitial(() -> new float[0]);

  private HeapFloats() {}

  /**
   * This thread's array, of at least {@code length}; what it holds lasts until the thread's next
   * kernel.
   */
  static float[] own(int length) {
    float[] array = OWN.get();
    if (array.length < length) {
      array = new float[Math.max(length, Math.min(2 * array.length, Integer.MAX_VALUE / 2))];
      OWN.set(array);
    }
    return array;
  }
}
