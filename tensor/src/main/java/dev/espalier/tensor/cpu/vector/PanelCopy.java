package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Copies rows into panels. */
final class PanelCopy {
  /** Whether loads and stores of a part of a vector cost what whole ones do. */
  private static final boolean MASKS = Lanes.COUNT == 16;

  private PanelCopy() {}

  /**
   * Copies contiguous rows of {@code width} floats to {@link Panels#MEMORY}, and whatever lies
   * behind them up to {@code vectors} whole vectors; pitches in bytes.
   */
  static void rows(
      MemorySegment source,
      long from,
      long pitch,
      long to,
      long panelPitch,
      int rows,
      int width,
      int vectors) {
    long behindFirst = from + vectors * Lanes.BYTES;
    // the source may end within the vectors of the last rows
    long inside = source.byteSize() < behindFirst ? 0 : rows;
    if (inside > 0 && pitch > 0) {
      inside = Math.min(rows, (source.byteSize() - behindFirst) / pitch + 1);
    }
    int whole = width == vectors * Lanes.COUNT ? rows : (int) inside;
    if (vectors == 4) {
      fourVectors(source, from, pitch, to, panelPitch, whole);
    } else if (vectors == 2) {
      twoVectors(source, from, pitch, to, panelPitch, whole);
    } else {
      wholeVectors(source, from, pitch, to, panelPitch, whole, vectors);
    }
    exactRows(
        source,
        from + whole * pitch,
        pitch,
        Panels.MEMORY,
        to + whole * panelPitch,
        panelPitch,
        rows - whole,
        width);
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

  private static void twoVectors(
      MemorySegment source, long from, long pitch, long to, long panelPitch, int rows) {
    long f = from;
    long t = to;
    for (int i = 0; i < rows; i++) {
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, f, Lanes.ORDER)
          .intoMemorySegment(Panels.MEMORY, t, Lanes.ORDER);
      FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + Lanes.BYTES, Lanes.ORDER)
          .intoMemorySegment(Panels.MEMORY, t + Lanes.BYTES, Lanes.ORDER);
      f += pitch;
      t += panelPitch;
    }
  }

  private static void wholeVectors(
      MemorySegment source,
      long from,
      long pitch,
      long to,
      long panelPitch,
      int rows,
      int vectors) {
    for (int i = 0; i < rows; i++) {
      long f = from + i * pitch;
      long t = to + i * panelPitch;
      for (int v = 0; v < vectors; v++) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + v * Lanes.BYTES, Lanes.ORDER)
            .intoMemorySegment(Panels.MEMORY, t + v * Lanes.BYTES, Lanes.ORDER);
      }
    }
  }

  /** Copies rows of {@code width} floats and nothing behind them; pitches in bytes. */
  static void exactRows(
      MemorySegment tile,
      long from,
      long tilePitch,
      MemorySegment out,
      long to,
      long pitch,
      int rows,
      int width) {
    if (!MASKS) {
      Packing.copyRows(tile, from, tilePitch, out, to, pitch, rows, width);
      return;
    }
    int over = width % Lanes.COUNT;
    long whole = (width - over) * (long) Float.BYTES;
    VectorMask<Float> mask = Lanes.FLOATS.indexInRange(0, over);
    for (int i = 0; i < rows; i++) {
      long f = from + i * tilePitch;
      long t = to + i * pitch;
      for (long at = 0; at < whole; at += Lanes.BYTES) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, tile, f + at, Lanes.ORDER)
            .intoMemorySegment(out, t + at, Lanes.ORDER);
      }
      if (over > 0) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, tile, f + whole, Lanes.ORDER, mask)
            .intoMemorySegment(out, t + whole, Lanes.ORDER, mask);
      }
    }
  }

  /**
   * Zeroes what lies behind the first {@code width} floats of rows, up to the end of the vector
   * that {@code width} ends in.
   */
  static void clearBehind(long to, long panelPitch, int rows, int width) {
    int over = width % Lanes.COUNT;
    if (over == 0) {
      return;
    }
    VectorMask<Float> kept = Lanes.FLOATS.indexInRange(0, over);
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    long last = to + (long) (width - over) * Float.BYTES;
    for (int i = 0; i < rows; i++) {
      long at = last + i * panelPitch;
      FloatVector v = FloatVector.fromMemorySegment(Lanes.FLOATS, Panels.MEMORY, at, Lanes.ORDER);
      zero.blend(v, kept).intoMemorySegment(Panels.MEMORY, at, Lanes.ORDER);
    }
  }
}
