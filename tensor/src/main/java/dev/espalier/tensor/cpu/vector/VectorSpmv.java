package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.Workers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntConsumer;

/**
 * A float32 sparse matrix times a vector: with one column lanes have nothing to share, and
 * gathering the vector's elements costs what loading them one by one does, so four scalar sums per
 * row hide the latency.
 */
final class VectorSpmv implements IntConsumer {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Entries worth a task. */
  private static final long TASK_ENTRIES = 8 * 1024;

  private static final int MANY_TASKS = 16;

  private BlockColumns pattern;
  private MemorySegment values;
  private float[] x;
  private SparseOutput output;
  private int tasks;

  VectorSpmv set(BlockColumns pattern, Tensor values, Tensor b, SparseOutput output) {
    this.pattern = pattern;
    this.values = values.segment();
    this.output = output;
    this.x = HeapFloats.VECTOR.own(pattern.width());
    MemorySegment source = b.segment();
    if (b.stride(0) == 1) {
      MemorySegment.copy(source, FLOAT, 0, x, 0, pattern.width());
    } else {
      for (int k = 0; k < pattern.width(); k++) {
        x[k] = source.getAtIndex(FLOAT, k * b.stride(0));
      }
    }
    return this;
  }

  void run() {
    long entries = pattern.entries(0, pattern.blockRows());
    tasks = Math.clamp(entries / TASK_ENTRIES, 1, MANY_TASKS);
    Workers.run(tasks, this);
  }

  /** Computes some rows. */
  @Override
  public void accept(int task) {
    int[] offsets = pattern.rowOffsets();
    blockRows(RowBlocks.first(offsets, task, tasks), RowBlocks.first(offsets, task + 1, tasks));
  }

  private void blockRows(int begin, int end) {
    float[] entries = HeapFloats.ENTRIES.own(Math.toIntExact(pattern.entries(0, end)));
    int first = Math.toIntExact(pattern.entries(0, begin));
    int count = Math.toIntExact(pattern.entries(begin, end));
    MemorySegment.copy(values, FLOAT, (long) first * Float.BYTES, entries, first, count);
    MemorySegment block = Block.PASSES.own();
    float[] products = HeapFloats.PRODUCTS.own(Block.LENGTH);
    int height = pattern.blockHeight();
    int last = end * height;
    for (int row = begin * height; row < last; row += Block.LENGTH) {
      int rows = Math.min(Block.LENGTH, last - row);
      if (height == 1) {
        // entries of a row lie next to each other: CSR, or blocks of one row
        int width = pattern.blockWidth();
        products(pattern.rowOffsets(), width, pattern.columns(), entries, x, row, rows, products);
      } else {
        for (int i = 0; i < rows; i++) {
          products[i] = rowOfBlocks(entries, row + i);
        }
      }
      MemorySegment.copy(products, 0, block, FLOAT, 0, rows);
      output.writeColumn(block, row, rows);
    }
  }

  /** Static, and without memory segments, so that the compiler keeps every array at hand. */
  private static void products(
      int[] rowOffsets,
      int width,
      int[] columns,
      float[] entries,
      float[] x,
      int row,
      int rows,
      float[] products) {
    int begin = rowOffsets[row] * width;
    for (int i = 0; i < rows; i++) {
      int end = rowOffsets[row + i + 1] * width;
      products[i] = product(entries, columns, x, begin, end);
      begin = end;
    }
  }

  private static float product(float[] entries, int[] columns, float[] x, int begin, int end) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int p = begin;
    for (; p < end - 3; p += 4) {
      s0 = Math.fma(entries[p], x[columns[p]], s0);
      s1 = Math.fma(entries[p + 1], x[columns[p + 1]], s1);
      s2 = Math.fma(entries[p + 2], x[columns[p + 2]], s2);
      s3 = Math.fma(entries[p + 3], x[columns[p + 3]], s3);
    }
    for (; p < end; p++) {
      s0 = Math.fma(entries[p], x[columns[p]], s0);
    }
    return s0 + s1 + (s2 + s3);
  }

  private float rowOfBlocks(float[] entries, int row) {
    int height = pattern.blockHeight();
    int width = pattern.blockWidth();
    float sum = 0;
    int end = pattern.rowOffsets()[row / height + 1];
    for (int block = pattern.rowOffsets()[row / height]; block < end; block++) {
      int column = pattern.columns()[block * width];
      int at = (block * height + row % height) * width;
      for (int j = 0; j < width; j++) {
        sum = Math.fma(entries[at + j], x[column + j], sum);
      }
    }
    return sum;
  }
}
