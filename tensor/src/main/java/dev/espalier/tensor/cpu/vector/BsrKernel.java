package dev.espalier.tensor.cpu.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loop of block-CSR times dense: four rows of a block share each load of the panel, eight
 * accumulators in all.
 *
 * <p>Where a block has no four rows left, the last one stands for the missing ones and is stored
 * more than once.
 */
record BsrKernel(BlockColumns pattern, float[] values) implements SparseKernel {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final long V = Lanes.BYTES;
  private static final int ROWS = 4;
  private static final int VECTORS = 2;

  @Override
  public int leastVectors() {
    return VECTORS;
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
    int height = pattern.blockHeight();
    for (int blockRow = begin; blockRow < end; blockRow++) {
      for (int row = 0; row < height; row += ROWS) {
        long to = outOffset + ((long) (blockRow - begin) * height + row) * outPitch;
        for (int vector = 0; vector < vectors; vector += VECTORS) {
          fourRows(
              blockRow,
              row,
              panel,
              panelOffset + vector * V,
              panelPitch,
              out,
              to + vector * V,
              outPitch);
        }
      }
    }
  }

  private void fourRows(
      int blockRow,
      int row,
      MemorySegment panel,
      long panelOffset,
      long panelPitch,
      MemorySegment out,
      long outOffset,
      long outPitch) {
    int[] columns = pattern.columns();
    int width = pattern.blockWidth();
    int last = pattern.blockHeight() - 1 - row;
    int second = Math.min(1, last) * width;
    int third = Math.min(2, last) * width;
    int fourth = Math.min(3, last) * width;
    FloatVector a0 = FloatVector.zero(S);
    FloatVector a1 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector c0 = a0;
    FloatVector c1 = a0;
    FloatVector d0 = a0;
    FloatVector d1 = a0;
    int stop = pattern.rowOffsets()[blockRow + 1];
    for (int block = pattern.rowOffsets()[blockRow]; block < stop; block++) {
      int at = (block * pattern.blockHeight() + row) * width;
      for (int p = block * width; p < (block + 1) * width; p++) {
        long from = panelOffset + columns[p] * panelPitch;
        FloatVector x0 = FloatVector.fromMemorySegment(S, panel, from, Lanes.ORDER);
        FloatVector x1 = FloatVector.fromMemorySegment(S, panel, from + V, Lanes.ORDER);
        FloatVector w = FloatVector.broadcast(S, values[at]);
        a0 = x0.fma(w, a0);
        a1 = x1.fma(w, a1);
        w = FloatVector.broadcast(S, values[at + second]);
        b0 = x0.fma(w, b0);
        b1 = x1.fma(w, b1);
        w = FloatVector.broadcast(S, values[at + third]);
        c0 = x0.fma(w, c0);
        c1 = x1.fma(w, c1);
        w = FloatVector.broadcast(S, values[at + fourth]);
        d0 = x0.fma(w, d0);
        d1 = x1.fma(w, d1);
        at++;
      }
    }
    store(a0, a1, out, outOffset);
    store(b0, b1, out, outOffset + Math.min(1, last) * outPitch);
    store(c0, c1, out, outOffset + Math.min(2, last) * outPitch);
    store(d0, d1, out, outOffset + Math.min(3, last) * outPitch);
  }

  private static void store(FloatVector v0, FloatVector v1, MemorySegment out, long offset) {
    v0.intoMemorySegment(out, offset, Lanes.ORDER);
    v1.intoMemorySegment(out, offset + V, Lanes.ORDER);
  }
}
