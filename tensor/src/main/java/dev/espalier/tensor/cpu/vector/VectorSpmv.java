package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A float32 sparse matrix times a vector: with one column lanes have nothing to share, so four
 * scalar sums per row hide the latency.
 */
final class VectorSpmv {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Entries worth a task. */
  private static final long TASK_ENTRIES = 32 * 1024;

  private static final int MANY_TASKS = 16;

  private final BlockColumns pattern;
  private final MemorySegment values;
  private final float[] x;
  private final SparseOutput output;

  VectorSpmv(BlockColumns pattern, Tensor values, Tensor b, SparseOutput output) {
    this.pattern = pattern;
    this.values = values.segment();
    this.output = output;
    this.x = HeapFloats.own(pattern.width());
    MemorySegment source = b.segment();
    if (b.stride(0) == 1) {
      MemorySegment.copy(source, FLOAT, 0, x, 0, pattern.width());
    } else {
      for (int k = 0; k < pattern.width(); k++) {
        x[k] = source.getAtIndex(FLOAT, k * b.stride(0));
      }
    }
  }

  void run() {
    long entries = pattern.entries(0, pattern.blockRows());
    int tasks = Math.clamp(entries / TASK_ENTRIES, 1, MANY_TASKS);
    int[] first = RowBlocks.cut(pattern.rowOffsets(), tasks);
    int height = pattern.blockHeight();
    Workers.run(
        tasks,
        task -> {
          MemorySegment products = Block.PASSES.own();
          int end = first[task + 1] * height;
          for (int row = first[task] * height; row < end; row += Block.LENGTH) {
            int rows = Math.min(Block.LENGTH, end - row);
            for (int i = 0; i < rows; i++) {
              products.setAtIndex(FLOAT, i, height == 1 ? entryRow(row + i) : blockRow(row + i));
            }
            output.writeColumn(products, row, rows);
          }
        });
  }

  private float entryRow(int row) {
    int p = pattern.rowOffsets()[row] * pattern.blockWidth();
    int end = pattern.rowOffsets()[row + 1] * pattern.blockWidth();
    return product(p, p, end);
  }

  private float blockRow(int row) {
    int height = pattern.blockHeight();
    int width = pattern.blockWidth();
    float sum = 0;
    for (int block = pattern.rowOffsets()[row / height];
        block < pattern.rowOffsets()[row / height + 1];
        block++) {
      sum += product((block * height + row % height) * width, block * width, (block + 1) * width);
    }
    return sum;
  }

  /** The values from {@code at} on times x at the columns {@code [begin, end)}. */
  private float product(int at, int begin, int end) {
    int[] columns = pattern.columns();
    int shift = at - begin;
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int p = begin;
    for (; p < end - 3; p += 4) {
      s0 = Math.fma(values.getAtIndex(FLOAT, shift + p), x[columns[p]], s0);
      s1 = Math.fma(values.getAtIndex(FLOAT, shift + p + 1), x[columns[p + 1]], s1);
      s2 = Math.fma(values.getAtIndex(FLOAT, shift + p + 2), x[columns[p + 2]], s2);
      s3 = Math.fma(values.getAtIndex(FLOAT, shift + p + 3), x[columns[p + 3]], s3);
    }
    for (; p < end; p++) {
      s0 = Math.fma(values.getAtIndex(FLOAT, shift + p), x[columns[p]], s0);
    }
    return s0 + s1 + (s2 + s3);
  }
}
