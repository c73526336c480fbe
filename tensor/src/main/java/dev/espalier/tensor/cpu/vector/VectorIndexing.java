package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Gathering and scattering of whole rows and of single float32 elements. */
final class VectorIndexing {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Columns of a row that one task adds to. */
  private static final int COLUMN_BLOCK = 512;

  private VectorIndexing() {}

  /** {@code out[k, :] = x[index[k], :]} of any type; rows of x are contiguous. */
  static void gatherRows(Tensor x, Tensor index, Tensor out) {
    long bytes = (long) x.dim(1) * x.dtype().bytes();
    long pitch = x.stride(0) * x.dtype().bytes();
    MemorySegment from = x.segment();
    MemorySegment rows = index.segment();
    MemorySegment to = out.segment();
    Parallel.rows(
        index.size(),
        x.dim(1),
        (first, last) -> {
          for (long k = first; k < last; k++) {
            MemorySegment.copy(
                from, rows.getAtIndex(Elements.LONG, k) * pitch, to, k * bytes, bytes);
          }
        });
  }

  /** {@code out[index[k], :] += source[k, :]} in order of k; threads share the columns. */
  static void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    int width = out.dim(1);
    long pitch = source.stride(0) * Float.BYTES;
    MemorySegment from = source.segment();
    MemorySegment rows = index.segment();
    MemorySegment to = out.segment();
    Parallel.rows(
        (width + COLUMN_BLOCK - 1) / COLUMN_BLOCK,
        index.size() * COLUMN_BLOCK,
        (first, last) -> {
          long column = first * COLUMN_BLOCK;
          long n = Math.min(width, last * COLUMN_BLOCK) - column;
          for (long k = 0; k < index.size(); k++) {
            long at = (rows.getAtIndex(Elements.LONG, k) * width + column) * Float.BYTES;
            Loops.ADD.run(to, at, from, k * pitch + column * Float.BYTES, 0, 0, to, at, n);
          }
        });
  }

  /** {@code values[p] = dense[positions[p]]}. */
  static void gatherElements(Tensor dense, int[] positions, Tensor values) {
    MemorySegment from = dense.segment();
    MemorySegment to = values.segment();
    Parallel.ranges(
        positions.length,
        Parallel.GRAIN,
        (first, last) -> {
          for (int p = (int) first; p < last; p++) {
            to.setAtIndex(FLOAT, p, from.getAtIndex(FLOAT, positions[p]));
          }
        });
  }

  /** {@code dense[positions[p]] = values[p]}, zero elsewhere; no position occurs twice. */
  static void scatterElements(Tensor values, int[] positions, Tensor dense) {
    MemorySegment from = values.segment();
    MemorySegment to = dense.segment();
    VectorCopy.fill(dense, 0);
    Parallel.ranges(
        positions.length,
        Parallel.GRAIN,
        (first, last) -> {
          for (int p = (int) first; p < last; p++) {
            to.setAtIndex(FLOAT, positions[p], from.getAtIndex(FLOAT, p));
          }
        });
  }
}
