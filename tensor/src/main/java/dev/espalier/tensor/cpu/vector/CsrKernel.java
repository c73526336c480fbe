package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of CSR (or of blocks of one row) times dense: the vectors of a result row stay in
 * registers while the row's entries stream by, each a broadcast times a stretch of a row of the
 * panel.
 *
 * <p>Neighbouring entries go to different accumulators, so that several chains of multiply-adds
 * hide the latency of one. Values are on the heap and columns are ints because the compiler drops
 * the range checks of such arrays. Every accumulator is a local variable: the compiler keeps no
 * array of vectors in registers.
 */
record CsrKernel(BlockColumns pattern, float[] values) implements SparseKernel {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;

  @Override
  public int leastVectors() {
    return 1;
  }

  @Override
  public void run(
      int begin,
      int end,
      int vectors,
      MemorySegment panel,
      long panelOffset,
      long panelPitch,
      MemorySegment out,
      long outOffset,
      long outPitch) {
    switch (vectors) {
      case 4 -> fourVectors(begin, end, panel, panelOffset, panelPitch, out, outOffset, outPitch);
      case 2 -> twoVectors(begin, end, panel, panelOffset, panelPitch, out, outOffset, outPitch);
      case 1 -> oneVector(begin, end, panel, panelOffset, panelPitch, out, outOffset, outPitch);
      default -> throw new AssertionError(vectors);
    }
  }

  private void fourVectors(
      int begin,
      int end,
      MemorySegment panel,
      long panelOffset,
      long panelPitch,
      MemorySegment out,
      long outOffset,
      long outPitch) {
    int[] rowOffsets = pattern.rowOffsets();
    int[] columns = pattern.columns();
    int width = pattern.blockWidth();
    long at = outOffset;
    for (int row = begin; row < end; row++) {
      FloatVector a0 = FloatVector.zero(S);
      FloatVector a1 = a0;
      FloatVector a2 = a0;
      FloatVector a3 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      FloatVector b2 = a0;
      FloatVector b3 = a0;
      int p = rowOffsets[row] * width;
      int stop = rowOffsets[row + 1] * width;
      for (; p < stop - 1; p += 2) {
        FloatVector w = FloatVector.broadcast(S, values[p]);
        long from = panelOffset + columns[p] * panelPitch;
        a0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER).fma(w, a0);
        a1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER).fma(w, a1);
        a2 = FloatVector.fromMemorySegment(S, panel, from + 2 * V, Lanes.ORDER).fma(w, a2);
        a3 = FloatVector.fromMemorySegment(S, panel, from + 3 * V, Lanes.ORDER).fma(w, a3);
        w = FloatVector.broadcast(S, values[p + 1]);
        from = panelOffset + columns[p + 1] * panelPitch;
        b0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER).fma(w, b0);
        b1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER).fma(w, b1);
        b2 = FloatVector.fromMemorySegment(S, panel, from + 2 * V, Lanes.ORDER).fma(w, b2);
        b3 = FloatVector.fromMemorySegment(S, panel, from + 3 * V, Lanes.ORDER).fma(w, b3);
      }
      if (p < stop) {
        FloatVector w = FloatVector.broadcast(S, values[p]);
        long from = panelOffset + columns[p] * panelPitch;
        a0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER).fma(w, a0);
        a1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER).fma(w, a1);
        a2 = FloatVector.fromMemorySegment(S, panel, from + 2 * V, Lanes.ORDER).fma(w, a2);
        a3 = FloatVector.fromMemorySegment(S, panel, from + 3 * V, Lanes.ORDER).fma(w, a3);
      }
      a0.add(b0).intoMemorySegment(out, at, Lanes.ORDER);
      a1.add(b1).intoMemorySegment(out, at + V, Lanes.ORDER);
      a2.add(b2).intoMemorySegment(out, at + 2 * V, Lanes.ORDER);
      a3.add(b3).intoMemorySegment(out, at + 3 * V, Lanes.ORDER);
      at += outPitch;
    }
  }

  private void twoVectors(
      int begin,
      int end,
      MemorySegment panel,
      long panelOffset,
      long panelPitch,
      MemorySegment out,
      long outOffset,
      long outPitch) {
    int[] rowOffsets = pattern.rowOffsets();
    int[] columns = pattern.columns();
    int width = pattern.blockWidth();
    long at = outOffset;
    for (int row = begin; row < end; row++) {
      FloatVector a0 = FloatVector.zero(S);
      FloatVector a1 = a0;
      FloatVector b0 = a0;
      FloatVector b1 = a0;
      int p = rowOffsets[row] * width;
      int stop = rowOffsets[row + 1] * width;
      for (; p < stop - 1; p += 2) {
        FloatVector w = FloatVector.broadcast(S, values[p]);
        long from = panelOffset + columns[p] * panelPitch;
        a0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER).fma(w, a0);
        a1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER).fma(w, a1);
        w = FloatVector.broadcast(S, values[p + 1]);
        from = panelOffset + columns[p + 1] * panelPitch;
        b0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER).fma(w, b0);
        b1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER).fma(w, b1);
      }
      if (p < stop) {
        FloatVector w = FloatVector.broadcast(S, values[p]);
        long from = panelOffset + columns[p] * panelPitch;
        a0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER).fma(w, a0);
        a1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER).fma(w, a1);
      }
      a0.add(b0).intoMemorySegment(out, at, Lanes.ORDER);
      a1.add(b1).intoMemorySegment(out, at + V, Lanes.ORDER);
      at += outPitch;
    }
  }

  private void oneVector(
      int begin,
      int end,
      MemorySegment panel,
      long panelOffset,
      long panelPitch,
      MemorySegment out,
      long outOffset,
      long outPitch) {
    int[] rowOffsets = pattern.rowOffsets();
    int[] columns = pattern.columns();
    int width = pattern.blockWidth();
    long at = outOffset;
    for (int row = begin; row < end; row++) {
      FloatVector a = FloatVector.zero(S);
      FloatVector b = a;
      FloatVector c = a;
      FloatVector d = a;
      int p = rowOffsets[row] * width;
      int stop = rowOffsets[row + 1] * width;
      for (; p < stop - 3; p += 4) {
        a =
            entry(panel, panelOffset + columns[p] * panelPitch)
                .fma(FloatVector.broadcast(S, values[p]), a);
        b =
            entry(panel, panelOffset + columns[p + 1] * panelPitch)
                .fma(FloatVector.broadcast(S, values[p + 1]), b);
        c =
            entry(panel, panelOffset + columns[p + 2] * panelPitch)
                .fma(FloatVector.broadcast(S, values[p + 2]), c);
        d =
            entry(panel, panelOffset + columns[p + 3] * panelPitch)
                .fma(FloatVector.broadcast(S, values[p + 3]), d);
      }
      for (; p < stop; p++) {
        a =
            entry(panel, panelOffset + columns[p] * panelPitch)
                .fma(FloatVector.broadcast(S, values[p]), a);
      }
      a.add(b).add(c.add(d)).intoMemorySegment(out, at, Lanes.ORDER);
      at += outPitch;
    }
  }

  private static FloatVector entry(MemorySegment panel, long offset) {
    return FloatVector.fromMemorySegment(S, panel, offset, Lanes.ORDER);
  }
}
