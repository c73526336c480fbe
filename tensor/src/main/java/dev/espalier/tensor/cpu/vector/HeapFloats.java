package dev.espalier.tensor.cpu.vector;

/**
 * Growing arrays, one of each per thread, for operands whose elements a kernel reads one by one:
 * the compiler drops most checks of array accesses, few of those of memory segments.
 */
final class HeapFloats {
  /** Entries of a sparse matrix. */
  static final HeapFloats ENTRIES = new HeapFloats();

  /** A dense vector. */
  static final HeapFloats VECTOR = new HeapFloats();

  /** Some elements of a result. */
  static final HeapFloats PRODUCTS = new HeapFloats();

  /** What the rows of a result start from. */
  static final HeapFloats ROW_BIAS = new HeapFloats();

  private final ThreadLocal<float[]> own = ThreadLocal.withInitial(() -> new float[0]);

  private HeapFloats() {}

  /**
   * This thread's array, of at least {@code length}; what it holds lasts until the thread's next
   * kernel.
   */
  float[] own(int length) {
    float[] array = own.get();
    if (array.length < length) {
      array = new float[Math.max(length, Math.min(2 * array.length, Integer.MAX_VALUE / 2))];
      own.set(array);
    }
    return array;
  }
}
