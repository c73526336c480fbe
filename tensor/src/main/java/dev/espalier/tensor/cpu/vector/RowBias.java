package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** One bias per row of a result, as the loops of sparse products read it. */
final class RowBias {
  private RowBias() {}

  /**
   * The biases in an array of this thread, which may be longer; zeros without a bias.
   *
   * @param bias contiguous, or null
   */
  static float[] of(MemorySegment bias, int rows) {
    float[] values = HeapFloats.ROW_BIAS.own(rows);
    if (bias == null) {
      Arrays.fill(values, 0, rows, 0);
    } else {
      MemorySegment.copy(bias, ValueLayout.JAVA_FLOAT, 0, values, 0, rows);
    }
    return values;
  }
}
