package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Copies the lines of a plane into an array of floats, with zeros around them.
 *
 * <p>Whole vectors are written in ascending order: what one writes too much, the next one
 * overwrites; behind the last one there must be room for a vector.
 */
final class PixelLines {
  private static final boolean SELECTS = Lanes.COUNT == 16;
  private static final IntVector EVEN_PLACES =
      IntVector.zero(Lanes.INTS).addIndex(1).mul(2).and(2 * Lanes.COUNT - 1);
  private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Lanes.FLOATS, 0);

  private PixelLines() {}

  static void zero(float[] target, int at, int count) {
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      zero.intoArray(target, at + i);
    }
  }

  /**
   * Copies lines of {@code count} pixels.
   *
   * @param from first pixel, in bytes
   * @param lineBytes from one line to the next
   * @param step from one pixel to the next, in pixels
   * @param pitch from one line to the next in the target
   * @param zeros how many follow each line
   */
  static void copy(
      MemorySegment source,
      long from,
      long lineBytes,
      int step,
      float[] target,
      int at,
      int pitch,
      int lines,
      int count,
      int zeros) {
    long read = step * (Math.ceilDiv(count, Lanes.COUNT) * Lanes.BYTES);
    int inside = 0;
    if (step <= 2) {
      long last = source.byteSize() - read - from;
      inside = last < 0 ? 0 : (int) Math.min(lines, last / Math.max(1, lineBytes) + 1);
    }
    if (step == 1) {
      dense(source, from, lineBytes, target, at, pitch, inside, count, zeros);
    } else if (step == 2) {
      halved(source, from, lineBytes, target, at, pitch, inside, count, zeros);
    }
    for (int line = inside; line < lines; line++) {
      int to = at + line * pitch;
      for (int i = 0; i < count; i++) {
        long place = from + line * lineBytes + i * (long) step * Float.BYTES;
        target[to + i] = source.get(ValueLayout.JAVA_FLOAT, place);
      }
      zero(target, to + count, zeros);
    }
  }

  private static void dense(
      MemorySegment source,
      long from,
      long lineBytes,
      float[] target,
      int at,
      int pitch,
      int lines,
      int count,
      int zeros) {
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    long f = from;
    int to = at;
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < count; i += Lanes.COUNT) {
        FloatVector.fromMemorySegment(Lanes.FLOATS, source, f + i * 4L, Lanes.ORDER)
            .intoArray(target, to + i);
      }
      for (int i = count; i < count + zeros; i += Lanes.COUNT) {
        zero.intoArray(target, to + i);
      }
      f += lineBytes;
      to += pitch;
    }
  }

  private static void halved(
      MemorySegment source,
      long from,
      long lineBytes,
      float[] target,
      int at,
      int pitch,
      int lines,
      int count,
      int zeros) {
    FloatVector zero = FloatVector.zero(Lanes.FLOATS);
    long f = from;
    int to = at;
    for (int line = 0; line < lines; line++) {
      for (int i = 0; i < count; i += Lanes.COUNT) {
        long place = f + i * 8L;
        FloatVector v0 = FloatVector.fromMemorySegment(Lanes.FLOATS, source, place, Lanes.ORDER);
        FloatVector v1 =
            FloatVector.fromMemorySegment(Lanes.FLOATS, source, place + Lanes.BYTES, Lanes.ORDER);
        if (SELECTS) {
          // as integers, because selecting from two float vectors converts the indices
          EVEN_PLACES
              .selectFrom(v0.reinterpretAsInts(), v1.reinterpretAsInts())
              .reinterpretAsFloats()
              .intoArray(target, to + i);
        } else {
          v0.rearrange(EVEN, v1).intoArray(target, to + i);
        }
      }
      for (int i = count; i < count + zeros; i += Lanes.COUNT) {
        zero.intoArray(target, to + i);
      }
      f += lineBytes;
      to += pitch;
    }
  }
}
