package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.StridedLoop;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies between float32 tensors of one shape: rows where both sides are contiguous along the
 * innermost axis, repeated values where the source does not move along it, and block-wise
 * transposes where the source is contiguous along another axis.
 */
final class VectorCopy {
  /** Rows and columns of the source that are transposed at a time. */
  private static final int TILE_ROWS = 32;

  private static final int TILE_COLUMNS = 128;
  private static final long TILE_PITCH = (long) TILE_ROWS * Float.BYTES;

  private VectorCopy() {}

  /** Copies, or returns false where no loop here fits the strides. */
  static boolean copy(Tensor source, Tensor target) {
    StridedLoop loop =
        StridedLoop.over(source.shape().toArray(), source.strides(), target.strides());
    if (loop.innerStride(1) != 1 && loop.innerExtent() > 1) {
      return false;
    }
    if (loop.innerStride(0) == 1 || loop.innerExtent() == 1) {
      copyRows(loop, source.segment(), target.segment());
      return true;
    }
    if (loop.innerStride(0) == 0) {
      repeat(loop, source.segment(), target.segment());
      return true;
    }
    for (int axis = 1; axis < loop.axes(); axis++) {
      if (loop.stride(0, axis) == 1) {
        transpose(loop, axis, source.segment(), target.segment());
        return true;
      }
    }
    return false;
  }

  private static long piecesPerTask(StridedLoop loop) {
    return Math.max(1, Parallel.GRAIN / Math.max(1, loop.innerExtent()));
  }

  private static void copyRows(StridedLoop loop, MemorySegment from, MemorySegment to) {
    int limit = (int) Parallel.GRAIN;
    Parallel.ranges(
        loop.pieces(limit),
        piecesPerTask(loop),
        (first, last) ->
            loop.forEachPiece(
                first,
                last,
                limit,
                (starts, n) ->
                    MemorySegment.copy(
                        from,
                        starts[0] * Float.BYTES,
                        to,
                        starts[1] * Float.BYTES,
                        (long) n * Float.BYTES)));
  }

  private static void repeat(StridedLoop loop, MemorySegment from, MemorySegment to) {
    int limit = (int) Parallel.GRAIN;
    Parallel.ranges(
        loop.pieces(limit),
        piecesPerTask(loop),
        (first, last) ->
            loop.forEachPiece(
                first,
                last,
                limit,
                (starts, n) ->
                    VectorFill.floats(
                        to,
                        starts[1] * Float.BYTES,
                        n,
                        from.getAtIndex(ValueLayout.JAVA_FLOAT, starts[0]))));
  }

  /**
   * The innermost axis becomes the rows of the source's matrix, {@code axis} its columns; the other
   * axes are looped over.
   */
  private static void transpose(
      StridedLoop loop, int axis, MemorySegment from, MemorySegment into) {
    int rows = Math.toIntExact(loop.extent(0));
    int columns = Math.toIntExact(loop.extent(axis));
    long sourcePitch = loop.innerStride(0) * Float.BYTES;
    long targetPitch = loop.stride(1, axis) * Float.BYTES;
    StridedLoop others = withoutAxes(loop, axis);
    long bands = Math.ceilDiv(columns, TILE_COLUMNS);
    Parallel.ranges(
        others.pieces(1) * bands,
        Math.max(1, Parallel.GRAIN / ((long) rows * Math.min(TILE_COLUMNS, columns))),
        (first, last) -> {
          try (Scratch scratch = Scratch.acquire()) {
            MemorySegment tile = scratch.work.floats((long) TILE_ROWS * TILE_COLUMNS);
            for (long task = first; task < last; task++) {
              int column = (int) (task % bands) * TILE_COLUMNS;
              int width = Math.min(TILE_COLUMNS, columns - column);
              others.forEachPiece(
                  task / bands,
                  task / bands + 1,
                  1,
                  (starts, _) -> {
                    long source = (starts[0] + column) * Float.BYTES;
                    long target = starts[1] * Float.BYTES + column * targetPitch;
                    for (int row = 0; row < rows; row += TILE_ROWS) {
                      int height = Math.min(TILE_ROWS, rows - row);
                      long to = target + (long) row * Float.BYTES;
                      transposeTile(
                          from,
                          source + row * sourcePitch,
                          sourcePitch,
                          tile,
                          into,
                          to,
                          targetPitch,
                          height,
                          width);
                    }
                  });
            }
          }
        });
  }

  /**
   * By way of a scratch tile: lines a power of two apart would push each other out of the cache
   * before they are full.
   */
  private static void transposeTile(
      MemorySegment from,
      long fromOffset,
      long fromPitch,
      MemorySegment tile,
      MemorySegment to,
      long toOffset,
      long toPitch,
      int rows,
      int columns) {
    Packing.transpose(from, fromOffset, fromPitch, tile, 0, TILE_PITCH, rows, columns);
    Packing.copyRows(tile, 0, TILE_PITCH, to, toOffset, toPitch, columns, rows);
  }

  /** A loop over the merged axes that are neither the innermost nor {@code axis}. */
  private static StridedLoop withoutAxes(StridedLoop loop, int axis) {
    int rank = loop.axes() - 2;
    int[] dims = new int[rank];
    long[] source = new long[rank];
    long[] target = new long[rank];
    int at = rank; // outermost first
    for (int other = 1; other < loop.axes(); other++) {
      if (other != axis) {
        at--;
        dims[at] = Math.toIntExact(loop.extent(other));
        source[at] = loop.stride(0, other);
        target[at] = loop.stride(1, other);
      }
    }
    return StridedLoop.over(dims, source, target);
  }

  /** {@code out = value} for contiguous out. */
  static void fill(Tensor out, float value) {
    MemorySegment to = out.segment();
    Parallel.ranges(
        out.size(),
        Parallel.GRAIN,
        (from, end) -> VectorFill.floats(to, from * Float.BYTES, end - from, value));
  }
}
