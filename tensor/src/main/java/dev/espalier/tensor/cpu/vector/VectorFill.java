package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Stores of one value. */
final class VectorFill {
  private VectorFill() {}

  /** {@code out[i] = value} for n floats from a byte offset on. */
  static void floats(MemorySegment out, long offset, long n, float value) {
    FloatVector vector = FloatVector.broadcast(Lanes.FLOATS, value);
    long end = n / Lanes.COUNT * Lanes.BYTES;
    for (long at = 0; at < end; at += Lanes.BYTES) {
      vector.intoMemorySegment(out, offset + at, Lanes.ORDER);
    }
    for (long at = end; at < n * Float.BYTES; at += Float.BYTES) {
      out.set(ValueLayout.JAVA_FLOAT, offset + at, value);
    }
  }
}
