package dev.espalier.tensor.cpu.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Off-heap float data for kernel tests; freed by the collector. */
final class Floats {
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  private Floats() {}

  static MemorySegment filled(long count, float value) {
    MemorySegment data = Arena.ofAuto().allocate(Math.max(count, 1) * Float.BYTES, 64);
    for (long i = 0; i < count; i++) {
      data.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    return data.asSlice(0, count * Float.BYTES);
  }

  /** Values in [-1, 1). */
  static MemorySegment random(long count, long seed) {
    MemorySegment data = filled(count, 0);
    var random = new SplittableRandom(seed);
    for (long i = 0; i < count; i++) {
      data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return data;
  }

  static MemorySegment copyOf(MemorySegment data) {
    MemorySegment copy = Arena.ofAuto().allocate(Math.max(data.byteSize(), 4), 64);
    MemorySegment.copy(data, 0, copy, 0, data.byteSize());
    return copy.asSlice(0, data.byteSize());
  }

  static float get(MemorySegment data, long index) {
    return data.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  static float get(MatrixView view, long row, long column) {
    return view.data().get(ValueLayout.JAVA_FLOAT, view.byteOffset(row, column));
  }

  /**
   * Fails unless {@code actual} is as near to the exact sum as float arithmetic of {@code terms}
   * additions guarantees (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section
   * 3.1).
   *
   * @param magnitude the sum of the terms' absolute values
   */
  static void assertSum(float actual, double exact, double magnitude, int terms, String what) {
    double bound = (terms + 2) * UNIT_ROUNDOFF * magnitude;
    assertThat(Math.abs(actual - exact))
        .as("%s: %s instead of %s", what, actual, exact)
        .isLessThanOrEqualTo(bound);
  }

  static void assertSameBits(MemorySegment actual, MemorySegment expected) {
    assertThat(actual.mismatch(expected)).as("first differing byte").isEqualTo(-1);
  }
}
