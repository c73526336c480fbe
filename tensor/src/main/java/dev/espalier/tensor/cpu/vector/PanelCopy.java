package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Copies rows into panels. */
final class PanelCopy {
  private PanelCopy() {}

  /** Copies contiguous rows of {@code width} floats to {@link Panels#MEMORY}; pitches in bytes. */
  static void rows(
      MemorySegment source, long from, long pitch, long to, long panelPitch, int rows, int width) {
    if (width == 4 * Lanes.COUNT) {
      fourVectors(source, from, pitch, to, panelPitch, rows);
    } else {
      Packing.copyRows(source, from, pitch, Panels.MEMORY, to, panelPitch, rows, width);
    }
  }

  /** The usual case, without an inner loop. */
  private static void fourVectors(
      MemorySegment source, long from, long pitch, long to, long panelPitch, int rows) {
    long f = from;
    long t = to;
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, f, Lanes.ORDER)
          .intoMemorySegment(Panels.MEMORY, t, Lanes.ORDER);
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + Lanes.BYTES, Lanes.ORDER)
          .intoMemorySegment(Panels.MEMORY, t + Lanes.BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + 2 * Lanes.BYTES, Lanes.ORDER)
          .intoMemorySegment(Panels.MEMORY, t + 2 * Lanes.BYTES, Lanes.ORDER);
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + 3 * Lanes.BYTES, Lanes.ORDER)
          .intoMemorySegment(Panels.MEMORY, t + 3 * Lanes.BYTES, Lanes.ORDER);
      f += pitch;
      t += panelPitch;
    }
  }
}
