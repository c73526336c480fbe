package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loop of 3×3 filters over {@link FilterLines}: down a column of vectors, so that each line is
 * loaded once for all outputs that see it, and their sums are carried on from line to line.
 */
interface FilterLoop {
  /** Weights per filter. */
  int TAPS = 9;

  /** What a copy is for: 1 or 2 lines from output to output. */
  record Kind(int strideH) {}

  /**
   * Filters some planes, each with one filter or several.
   *
   * @param linesPerPlane in the panel
   * @param planes of the output
   * @param multiplier of them that come from one plane of the panel
   * @param filters {@link #TAPS} weights for each plane of the output, and elsewhere its bias
   * @param filter where the first plane's weights are
   * @param bias where the first plane's bias is
   * @param to where the first plane goes, in bytes
   * @param outLines of each plane
   * @param planeBytes from plane to plane
   * @param end one past the last byte that may be written; what lines write too much before it is
   *     overwritten by the next ones
   */
  void run(
      FilterLines lines,
      int slot,
      int linesPerPlane,
      int planes,
      int multiplier,
      float[] filters,
      int filter,
      int bias,
      boolean relu,
      MemorySegment out,
      long to,
      int outLines,
      int outWidth,
      long planeBytes,
      long end);

  static FilterLoop of(int strideH) {
    return Copies.LOOPS[strideH - 1];
  }

  /** One copy per stride. */
  final class Copies {
    private static final FilterLoop[] LOOPS = {copy(1), copy(2)};

    private Copies() {}

    private static FilterLoop copy(int strideH) {
      return Specialized.copy(Template.class, FilterLoop.class, new Kind(strideH));
    }
  }

  /** Copied for each kind; every vector operation in the method, as in {@link EntryLoop}. */
  final class Template implements FilterLoop {
    private static final Kind KIND = Specialized.operation(MethodHandles.lookup(), Kind.class);
    private static final int STRIDE = KIND == null ? 1 : KIND.strideH();
    private static final VectorSpecies<Float> S = Lanes.FLOATS;
    private static final int V = (int) Lanes.BYTES;
    private static final MemorySegment PANELS = Panels.MEMORY;
    private static final int MASK = Panels.MEMORY_MASK;

    @Override
    public void run(
        FilterLines lines,
        int slot,
        int linesPerPlane,
        int planes,
        int multiplier,
        float[] filters,
        int filter,
        int bias,
        boolean relu,
        MemorySegment out,
        long to,
        int outLines,
        int outWidth,
        long planeBytes,
        long end) {
      int first = Panels.panel(slot) + lines.lead();
      int lineBytes = lines.lineBytes();
      int sourceBytes = linesPerPlane * lineBytes;
      long outLineBytes = outWidth * (long) Float.BYTES;
      int lastColumn = Math.max(outWidth - Lanes.COUNT, 0) * Float.BYTES;
      int blocks = Math.ceilDiv(outWidth, Lanes.COUNT);
      FloatVector zero = FloatVector.zero(S);
      for (int plane = 0; plane < planes; plane++) {
        int source = first + plane / multiplier * sourceBytes;
        int f = filter + plane * TAPS;
        FloatVector w0 = FloatVector.broadcast(S, filters[f]);
        FloatVector w1 = FloatVector.broadcast(S, filters[f + 1]);
        FloatVector w2 = FloatVector.broadcast(S, filters[f + 2]);
        FloatVector w3 = FloatVector.broadcast(S, filters[f + 3]);
        FloatVector w4 = FloatVector.broadcast(S, filters[f + 4]);
        FloatVector w5 = FloatVector.broadcast(S, filters[f + 5]);
        FloatVector w6 = FloatVector.broadcast(S, filters[f + 6]);
        FloatVector w7 = FloatVector.broadcast(S, filters[f + 7]);
        FloatVector w8 = FloatVector.broadcast(S, filters[f + 8]);
        FloatVector start = FloatVector.broadcast(S, filters[bias + plane]);
        for (int block = 0; block < blocks; block++) {
          int column = Math.min(block * V, lastColumn);
          int x0 = source + column + lines.tap0();
          int x1 = source + column + lines.tap1();
          int x2 = source + column + lines.tap2();
          FloatVector v0 = FloatVector.fromMemorySegment(S, PANELS, x0 & MASK, Lanes.ORDER);
          FloatVector v1 = FloatVector.fromMemorySegment(S, PANELS, x1 & MASK, Lanes.ORDER);
          FloatVector v2 = FloatVector.fromMemorySegment(S, PANELS, x2 & MASK, Lanes.ORDER);
          // what the next output has got from the lines above
          FloatVector next = v2.fma(w2, v1.fma(w1, v0.fma(w0, start)));
          FloatVector upper = next;
          if (STRIDE == 1) {
            x0 += lineBytes;
            x1 += lineBytes;
            x2 += lineBytes;
            v0 = FloatVector.fromMemorySegment(S, PANELS, x0 & MASK, Lanes.ORDER);
            v1 = FloatVector.fromMemorySegment(S, PANELS, x1 & MASK, Lanes.ORDER);
            v2 = FloatVector.fromMemorySegment(S, PANELS, x2 & MASK, Lanes.ORDER);
            upper = v2.fma(w5, v1.fma(w4, v0.fma(w3, next)));
            next = v2.fma(w2, v1.fma(w1, v0.fma(w0, start)));
          }
          long place = to + plane * planeBytes + column;
          for (int line = 0; line < outLines; line++) {
            if (STRIDE == 2) {
              x0 += lineBytes;
              x1 += lineBytes;
              x2 += lineBytes;
              v0 = FloatVector.fromMemorySegment(S, PANELS, x0 & MASK, Lanes.ORDER);
              v1 = FloatVector.fromMemorySegment(S, PANELS, x1 & MASK, Lanes.ORDER);
              v2 = FloatVector.fromMemorySegment(S, PANELS, x2 & MASK, Lanes.ORDER);
              upper = v2.fma(w5, v1.fma(w4, v0.fma(w3, next)));
            }
            x0 += lineBytes;
            x1 += lineBytes;
            x2 += lineBytes;
            v0 = FloatVector.fromMemorySegment(S, PANELS, x0 & MASK, Lanes.ORDER);
            v1 = FloatVector.fromMemorySegment(S, PANELS, x1 & MASK, Lanes.ORDER);
            v2 = FloatVector.fromMemorySegment(S, PANELS, x2 & MASK, Lanes.ORDER);
            FloatVector sum = v2.fma(w8, v1.fma(w7, v0.fma(w6, upper)));
            if (STRIDE == 1) {
              upper = v2.fma(w5, v1.fma(w4, v0.fma(w3, next)));
            }
            next = v2.fma(w2, v1.fma(w1, v0.fma(w0, start)));
            if (relu) {
              sum = sum.max(zero);
            }
            if (place + V <= end) {
              sum.intoMemorySegment(out, place, Lanes.ORDER);
            } else {
              VectorMask<Float> mask = S.indexInRange(0, (end - place) / Float.BYTES);
              sum.intoMemorySegment(out, place, Lanes.ORDER, mask);
            }
            place += outLineBytes;
          }
        }
      }
    }
  }
}
