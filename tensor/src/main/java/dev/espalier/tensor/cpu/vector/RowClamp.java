package dev.espalier.tensor.cpu.vector;

import jdk.incubator.vector.FloatVector;

/** A ReLU behind loops that have none of their own. */
final class RowClamp {
  private RowClamp() {}

  /** Rows {@code [begin, end)} of {@code vectors} vectors. */
  static void run(ResultRows result, int begin, int end, int vectors) {
    for (int row = begin; row < end; row++) {
      long at = result.offset() + row * result.pitch();
      for (long shift = 0; shift < vectors * Lanes.BYTES; shift += Lanes.BYTES) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, result.data(), at + shift, Lanes.ORDER)
            .max(0)
            .intoMemorySegment(result.data(), at + shift, Lanes.ORDER);
      }
    }
  }
}
