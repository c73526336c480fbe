package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** How the loops of sparse products begin and end the vectors of a result row. */
final class Accumulator {
  private Accumulator() {}

  /** The slot's header plus a bias, or what earlier blocks of columns left. */
  static FloatVector start(
      boolean first, long header, FloatVector bias, MemorySegment out, long at) {
    return first
        ? FloatVector.fromMemorySegment(Lanes.FLOATS, Panels.MEMORY, header, Lanes.ORDER).add(bias)
        : FloatVector.fromMemorySegment(Lanes.FLOATS, out, at, Lanes.ORDER);
  }

  /** Finishes rows {@code [begin, end)} with a ReLU. */
  static void clamp(ResultRows result, int begin, int end, int vectors) {
    for (int row = begin; row < end; row++) {
      long at = result.offset() + row * result.pitch();
      for (long shift = 0; shift < vectors * Lanes.BYTES; shift += Lanes.BYTES) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, result.data(), at + shift, Lanes.ORDER)
            .max(0)
            .intoMemorySegment(result.data(), at + shift, Lanes.ORDER);
      }
    }
  }

  static void finish(FloatVector sum, boolean relu, MemorySegment out, long at) {
    (relu ? sum.max(0) : sum).intoMemorySegment(out, at, Lanes.ORDER);
  }
}
