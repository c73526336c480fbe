package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Float32 CSR times a vector: with one column lanes have nothing to share, so four scalar sums per
 * row hide the latency.
 */
final class VectorSpmv {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Entries worth a task. */
  private static final int TASK_ENTRIES = 32 * 1024;

  private static final int MANY_TASKS = 16;

  private VectorSpmv() {}

  static void spmv(
      CsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    float[] x = HeapFloats.own(pattern.columns());
    MemorySegment source = b.segment();
    for (int k = 0; k < pattern.columns(); k++) {
      x[k] = source.getAtIndex(FLOAT, k * b.stride(0));
    }
    MemorySegment entries = values.segment();
    int[] firstRow =
        RowBlocks.cut(
            pattern.rowOffsets(), Math.clamp(pattern.nnz() / TASK_ENTRIES, 1, MANY_TASKS));
    try (var output = new SparseOutput(c, beta, epilogue)) {
      Workers.run(
          firstRow.length - 1,
          task -> {
            MemorySegment tile = Block.PASSES.own();
            int end = firstRow[task + 1];
            for (int row = firstRow[task]; row < end; row += Block.LENGTH) {
              int rows = Math.min(Block.LENGTH, end - row);
              products(pattern, entries, x, row, rows, tile);
              output.writeColumn(tile, row, rows);
            }
          });
    }
  }

  private static void products(
      CsrPattern pattern,
      MemorySegment entries,
      float[] x,
      int first,
      int rows,
      MemorySegment out) {
    int[] rowOffsets = pattern.rowOffsets();
    int[] columns = pattern.columnIndices();
    for (int i = 0; i < rows; i++) {
      float dot = product(entries, columns, x, rowOffsets[first + i], rowOffsets[first + i + 1]);
      out.setAtIndex(FLOAT, i, dot);
    }
  }

  private static float product(
      MemorySegment entries, int[] columns, float[] x, int begin, int end) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int p = begin;
    for (; p < end - 3; p += 4) {
      s0 = Math.fma(entries.getAtIndex(FLOAT, p), x[columns[p]], s0);
      s1 = Math.fma(entries.getAtIndex(FLOAT, p + 1), x[columns[p + 1]], s1);
      s2 = Math.fma(entries.getAtIndex(FLOAT, p + 2), x[columns[p + 2]], s2);
      s3 = Math.fma(entries.getAtIndex(FLOAT, p + 3), x[columns[p + 3]], s3);
    }
    for (; p < end; p++) {
      s0 = Math.fma(entries.getAtIndex(FLOAT, p), x[columns[p]], s0);
    }
    return s0 + s1 + (s2 + s3);
  }
}
