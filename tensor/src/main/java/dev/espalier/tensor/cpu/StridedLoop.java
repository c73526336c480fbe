package dev.espalier.tensor.cpu;

import java.util.Arrays;

/**
 * Walks several operands of one shape and different strides together, row by row along the
 * innermost axis, without dividing: neighbouring axes that are one run of memory in every operand
 * are merged first, so contiguous operands are a single row.
 */
public final class StridedLoop {
  /** What is done with a row of each operand. */
  @FunctionalInterface
  public interface Row {
    /**
     * Receives one row.
     *
     * @param starts each operand's first element of the row, valid during the call
     * @param length elements in the row
     */
    void visit(long[] starts, int length);
  }

  private final int[] dims;
  private final long[][] strides;
  private final long innerExtent;
  private final boolean empty;

  private StridedLoop(int[] dims, long[][] strides, long innerExtent, boolean empty) {
    this.dims = dims;
    this.strides = strides;
    this.innerExtent = innerExtent;
    this.empty = empty;
  }

  /** A loop over {@code dims} for one operand per array of strides. */
  public static StridedLoop over(int[] dims, long[]... strides) {
    int operands = strides.length;
    long[] extents = new long[dims.length];
    long[][] merged = new long[operands][dims.length];
    int rank = 0; // merged axes, innermost first
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      if (dims[axis] == 0) {
        return new StridedLoop(new int[0], new long[operands][1], 0, true);
      }
      if (dims[axis] == 1) {
        continue;
      }
      if (rank > 0
          && continues(strides, axis, merged, extents[rank - 1], rank - 1, dims[axis], rank > 1)) {
        extents[rank - 1] *= dims[axis];
        continue;
      }
      extents[rank] = dims[axis];
      for (int i = 0; i < operands; i++) {
        merged[i][rank] = strides[i][axis];
      }
      rank++;
    }
    int[] outer = new int[Math.max(0, rank - 1)];
    for (int i = 0; i < outer.length; i++) {
      outer[i] = (int) extents[i + 1];
    }
    if (rank == 0) {
      for (long[] own : merged) {
        Arrays.fill(own, 0);
      }
    }
    long[][] kept = new long[operands][];
    for (int i = 0; i < operands; i++) {
      kept[i] = Arrays.copyOf(merged[i], Math.max(1, rank));
    }
    return new StridedLoop(outer, kept, rank == 0 ? 1 : extents[0], false);
  }

  private static boolean continues(
      long[][] strides, int axis, long[][] merged, long extent, int at, int dim, boolean isOuter) {
    if (isOuter && extent * dim > Integer.MAX_VALUE) {
      return false;
    }
    for (int i = 0; i < strides.length; i++) {
      if (strides[i][axis] != merged[i][at] * extent) {
        return false;
      }
    }
    return true;
  }

  /** Distance in elements between neighbours of a row of one operand. */
  public long innerStride(int operand) {
    return strides[operand][0];
  }

  /** How many axes are left after merging; axis 0 is the innermost. */
  public int axes() {
    return strides.length == 0 ? 1 : strides[0].length;
  }

  /** Elements along a merged axis. */
  public long extent(int axis) {
    return axis == 0 ? innerExtent : dims[axis - 1];
  }

  /** Distance in elements between neighbours along a merged axis of one operand. */
  public long stride(int operand, int axis) {
    return strides[operand][axis];
  }

  /** Elements in a row. */
  public long innerExtent() {
    return innerExtent;
  }

  /** How many rows there are when those longer than {@code limit} are cut into pieces. */
  public long pieces(int limit) {
    long rows = empty ? 0 : 1;
    for (int dim : dims) {
      rows *= dim;
    }
    return rows * piecesPerRow(limit);
  }

  private long piecesPerRow(int limit) {
    return (innerExtent + limit - 1) / limit;
  }

  /** Visits all rows in row-major order, cutting those longer than {@code limit}. */
  void forEachRow(int limit, Row row) {
    forEachPiece(0, pieces(limit), limit, row);
  }

  /**
   * Visits the pieces {@code [from, to)} of the {@link #pieces}, so that threads can share a loop.
   */
  public void forEachPiece(long from, long to, int limit, Row row) {
    if (from >= to) {
      return;
    }
    long[] base = new long[strides.length];
    long[] starts = new long[strides.length];
    int[] counter = seek(from / piecesPerRow(limit), base);
    long done = from % piecesPerRow(limit) * limit;
    for (long piece = from; piece < to; piece++) {
      for (int i = 0; i < base.length; i++) {
        starts[i] = base[i] + done * strides[i][0];
      }
      row.visit(starts, (int) Math.min(limit, innerExtent - done));
      done += limit;
      if (done >= innerExtent) {
        done = 0;
        advance(counter, base);
      }
    }
  }

  /**
   * The position of a row along each outer axis; adds the operands' offsets there to {@code base}.
   */
  private int[] seek(long row, long[] base) {
    int[] counter = new int[dims.length];
    long rest = row;
    for (int axis = 0; axis < dims.length; axis++) {
      counter[axis] = (int) (rest % dims[axis]);
      rest /= dims[axis];
      for (int i = 0; i < base.length; i++) {
        base[i] += counter[axis] * strides[i][axis + 1];
      }
    }
    return counter;
  }

  private void advance(int[] counter, long[] base) {
    for (int axis = 0; axis < dims.length; axis++) {
      counter[axis]++;
      for (int i = 0; i < base.length; i++) {
        base[i] += strides[i][axis + 1];
      }
      if (counter[axis] < dims[axis]) {
        return;
      }
      for (int i = 0; i < base.length; i++) {
        base[i] -= counter[axis] * strides[i][axis + 1];
      }
      counter[axis] = 0;
    }
  }
}
