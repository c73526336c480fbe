package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * How padded lines of planes lie in a panel for {@link FilterLoop}: plane by plane, line by line;
 * with a stride of 2 the even columns of a line come first, then the odd ones, so that what
 * neighbouring outputs see lies next to each other.
 *
 * <p>Lines begin where vectors do. The zeros behind a line are also those before the next one.
 *
 * @param width of a line of the source
 * @param height lines of a plane of the source
 * @param strideW 1 or 2
 * @param padH lines of zeros above a plane; negative if that many are left out
 * @param lead bytes of zeros before the first line
 * @param phaseBytes from the even columns of a line to its odd ones
 * @param tap0 bytes from the start of a line to what its first output sees through column 0 of the
 *     kernel; may be negative
 * @param tap1 the same through column 1
 * @param tap2 the same through column 2
 */
record FilterLines(
    int width,
    int height,
    int strideW,
    int padH,
    int lead,
    int phaseBytes,
    int tap0,
    int tap1,
    int tap2) {
  private static final VectorShuffle<Float> EVEN = VectorShuffle.makeUnzip(Lanes.FLOATS, 0);
  private static final VectorShuffle<Float> ODD = VectorShuffle.makeUnzip(Lanes.FLOATS, 1);

  /** The lines that a filter reads, or null where they do not fit into a panel. */
  static FilterLines of(PlaneFilter.Extents e) {
    int[] taps = new int[3];
    long left = 0;
    long seen = 0;
    for (int j = 0; j < taps.length; j++) {
      long shift = Math.floorDiv(column(e, j), e.strideW());
      left = Math.max(left, -shift);
      seen = Math.max(seen, e.outWidth() + shift);
    }
    long floats = Math.max(Math.ceilDiv(e.width(), e.strideW()) + left, seen);
    long phaseBytes = Math.ceilDiv(floats, Lanes.COUNT) * Lanes.BYTES;
    long lead = Math.ceilDiv(left, Lanes.COUNT) * Lanes.BYTES;
    if (e.strideW() * phaseBytes + lead > Panels.PANEL_BYTES) {
      return null;
    }
    for (int j = 0; j < taps.length; j++) {
      long shift = Math.floorDiv(column(e, j), e.strideW());
      long phase = Math.floorMod(column(e, j), (long) e.strideW());
      taps[j] = (int) (phase * phaseBytes + shift * Float.BYTES);
    }
    return new FilterLines(
        e.width(),
        e.height(),
        e.strideW(),
        e.padH(),
        (int) lead,
        (int) phaseBytes,
        taps[0],
        taps[1],
        taps[2]);
  }

  /** The column of the source that the first output sees through a column of the kernel. */
  private static long column(PlaneFilter.Extents e, int j) {
    return (long) j * e.dilationW() - e.padW();
  }

  int lineBytes() {
    return strideW * phaseBytes;
  }

  /**
   * Copies the lines that some outputs need, with their padding.
   *
   * @param from place of the first plane in the source, in bytes; the others follow it
   * @param first line of a plane, counted with its padding
   * @param lines of each plane
   */
  void fill(MemorySegment source, long from, int planes, int first, int lines, int slot) {
    int top = first - padH;
    int above = Math.clamp(-(long) top, 0, lines);
    int end = Math.clamp((long) height - top, above, lines);
    int at = Panels.panel(slot);
    zero(at, at + lead);
    at += lead;
    long lineBytes = width * (long) Float.BYTES;
    for (int plane = 0; plane < planes; plane++) {
      zero(at, at + above * lineBytes());
      long line = from + (plane * (long) height + top + above) * lineBytes;
      if (strideW == 1) {
        copy(source, line, width, end - above, phaseBytes, at + above * lineBytes());
      } else {
        split(source, line, width, end - above, phaseBytes, at + above * lineBytes());
      }
      zero(at + end * lineBytes(), at + lines * lineBytes());
      at += lines * lineBytes();
    }
  }

  private static void zero(int from, int to) {
    FloatVector none = FloatVector.zero(Lanes.FLOATS);
    for (int at = from; at < to; at += (int) Lanes.BYTES) {
      none.intoMemorySegment(Panels.MEMORY, at & Panels.MEMORY_MASK, Lanes.ORDER);
    }
  }

  private static void copy(
      MemorySegment source, long from, int width, int lines, int lineBytes, int target) {
    int bytes = (int) Lanes.BYTES;
    int whole = width / Lanes.COUNT * bytes;
    VectorMask<Float> rest = Lanes.FLOATS.indexInRange(0, width % Lanes.COUNT);
    int filled = Math.ceilDiv(width, Lanes.COUNT) * bytes;
    FloatVector none = FloatVector.zero(Lanes.FLOATS);
    long pitch = width * (long) Float.BYTES;
    for (int x = 0; x < lineBytes; x += bytes) {
      long at = from + x;
      int to = target + x;
      if (x < whole) {
        for (int line = 0; line < lines; line++) {
          FloatVector.fromMemorySegment(Lanes.FLOATS, source, at, Lanes.ORDER)
              .intoMemorySegment(Panels.MEMORY, to & Panels.MEMORY_MASK, Lanes.ORDER);
          at += pitch;
          to += lineBytes;
        }
      } else if (x < filled) {
        for (int line = 0; line < lines; line++) {
          FloatVector.fromMemorySegment(Lanes.FLOATS, source, at, Lanes.ORDER, rest)
              .intoMemorySegment(Panels.MEMORY, to & Panels.MEMORY_MASK, Lanes.ORDER);
          at += pitch;
          to += lineBytes;
        }
      } else {
        for (int line = 0; line < lines; line++) {
          none.intoMemorySegment(Panels.MEMORY, to & Panels.MEMORY_MASK, Lanes.ORDER);
          to += lineBytes;
        }
      }
    }
  }

  private static void split(
      MemorySegment source, long from, int width, int lines, int phaseBytes, int target) {
    int bytes = (int) Lanes.BYTES;
    int whole = width / (2 * Lanes.COUNT) * bytes;
    int rest = width % (2 * Lanes.COUNT);
    VectorMask<Float> lowRest = Lanes.FLOATS.indexInRange(0, rest);
    VectorMask<Float> highRest = Lanes.FLOATS.indexInRange(0, Math.max(rest - Lanes.COUNT, 0));
    FloatVector none = FloatVector.zero(Lanes.FLOATS);
    long pitch = width * (long) Float.BYTES;
    for (int x = 0; x < phaseBytes; x += bytes) {
      long at = from + 2L * x;
      int to = target + x;
      for (int line = 0; line < lines; line++) {
        FloatVector low = none;
        FloatVector high = none;
        if (x < whole) {
          low = FloatVector.fromMemorySegment(Lanes.FLOATS, source, at, Lanes.ORDER);
          high = FloatVector.fromMemorySegment(Lanes.FLOATS, source, at + bytes, Lanes.ORDER);
        } else if (x == whole && rest > 0) {
          low = FloatVector.fromMemorySegment(Lanes.FLOATS, source, at, Lanes.ORDER, lowRest);
          if (rest > Lanes.COUNT) {
            high =
                FloatVector.fromMemorySegment(
                    Lanes.FLOATS, source, at + bytes, Lanes.ORDER, highRest);
          }
        }
        low.rearrange(EVEN, high)
            .intoMemorySegment(Panels.MEMORY, to & Panels.MEMORY_MASK, Lanes.ORDER);
        low.rearrange(ODD, high)
            .intoMemorySegment(Panels.MEMORY, (to + phaseBytes) & Panels.MEMORY_MASK, Lanes.ORDER);
        at += pitch;
        to += 2 * phaseBytes;
      }
    }
  }
}
