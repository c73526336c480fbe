package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.cpu.StridedLoop;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Elementwise maps of float32 tensors.
 *
 * <p>An operand with one value per row is spread over a scratch block first, and one that repeats a
 * short row is tiled over it, so that every case ends in the loop over contiguous operands.
 */
final class VectorElementwise {
  /** Rows up to this length are tiled, as the loop would spend its time in tails. */
  private static final long LONGEST_TILED = Block.LENGTH / 8;

  private static final long TILES_PER_TASK = Parallel.GRAIN / Block.LENGTH;

  private VectorElementwise() {}

  /** {@code out = f(x, p, q)}; out contiguous. */
  static void unary(MapLoop map, float p, float q, Tensor x, Tensor out) {
    Tensor source = x;
    if (!x.isContiguous()) {
      out.copyFrom(x);
      source = out;
    }
    MemorySegment from = source.segment();
    MemorySegment to = out.segment();
    Parallel.ranges(
        out.size(),
        Parallel.GRAIN,
        (start, end) ->
            map.run(from, start * Float.BYTES, p, q, to, start * Float.BYTES, end - start));
  }

  /** {@code y = alpha x + beta y}; both contiguous; beta 0 does not read y. */
  static void axpby(float alpha, Tensor x, float beta, Tensor y) {
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    Parallel.ranges(
        y.size(),
        Parallel.GRAIN,
        (start, end) -> {
          long at = start * Float.BYTES;
          if (beta == 0) {
            Loops.SCALE.run(from, at, alpha, 0, to, at, end - start);
          } else {
            Loops.COMBINE.run(from, at, to, at, alpha, beta, to, at, end - start);
          }
        });
  }

  /** {@code out = f(a, b)}; both expanded to out's shape, out contiguous. */
  static void binary(ZipLoop zip, Tensor a, Tensor b, Tensor out) {
    StridedLoop loop =
        StridedLoop.over(out.shape().toArray(), a.strides(), b.strides(), out.strides());
    if (loop.innerStride(0) > 1 || loop.innerStride(1) > 1) {
      try (Tensor left = loop.innerStride(0) > 1 ? a.copy() : a.alias();
          Tensor right = loop.innerStride(1) > 1 ? b.copy() : b.alias()) {
        binary(zip, left, right, out);
      }
      return;
    }
    long leftPeriod = a.isContiguous() ? 0 : shortPeriod(a);
    long rightPeriod = b.isContiguous() ? 0 : shortPeriod(b);
    if ((leftPeriod > 0 && b.isContiguous()) || (rightPeriod > 0 && a.isContiguous())) {
      tiled(zip, a, leftPeriod, b, rightPeriod, out);
    } else {
      rows(zip, loop, a, b, out);
    }
  }

  private static void rows(ZipLoop zip, StridedLoop loop, Tensor a, Tensor b, Tensor out) {
    boolean oneLeft = loop.innerStride(0) == 0;
    boolean oneRight = loop.innerStride(1) == 0;
    int limit = oneLeft || oneRight ? Block.LENGTH : (int) Parallel.GRAIN;
    MemorySegment left = a.segment();
    MemorySegment right = b.segment();
    MemorySegment to = out.segment();
    Parallel.ranges(
        loop.pieces(limit),
        Math.max(1, Parallel.GRAIN / Math.min(limit, Math.max(1, loop.innerExtent()))),
        (first, last) ->
            loop.forEachPiece(
                first,
                last,
                limit,
                (starts, n) -> {
                  MemorySegment spreadLeft =
                      oneLeft ? spread(Block.LEFT, left, starts[0], n) : left;
                  MemorySegment spreadRight =
                      oneRight ? spread(Block.RIGHT, right, starts[1], n) : right;
                  zip.run(
                      spreadLeft,
                      oneLeft ? 0 : starts[0] * Float.BYTES,
                      spreadRight,
                      oneRight ? 0 : starts[1] * Float.BYTES,
                      0,
                      0,
                      to,
                      starts[2] * Float.BYTES,
                      n);
                }));
  }

  /** One value, repeated n times in a block of this thread. */
  static MemorySegment spread(Block block, MemorySegment from, long index, int n) {
    MemorySegment own = block.own();
    VectorFill.floats(own, 0, n, from.getAtIndex(ValueLayout.JAVA_FLOAT, index));
    return own;
  }

  private static void tiled(
      ZipLoop zip, Tensor a, long leftPeriod, Tensor b, long rightPeriod, Tensor out) {
    MemorySegment left = a.segment();
    MemorySegment right = b.segment();
    MemorySegment to = out.segment();
    long period = Math.max(leftPeriod, rightPeriod);
    long length = Block.LENGTH / period * period;
    Parallel.ranges(
        out.size(),
        TILES_PER_TASK * length,
        (start, end) -> {
          MemorySegment tiledLeft = leftPeriod > 0 ? tile(Block.LEFT, left, period, length) : left;
          MemorySegment tiledRight =
              rightPeriod > 0 ? tile(Block.RIGHT, right, period, length) : right;
          for (long at = start; at < end; at += length) {
            long shift = at * Float.BYTES;
            long n = Math.min(length, end - at);
            zip.run(
                tiledLeft,
                leftPeriod > 0 ? 0 : shift,
                tiledRight,
                rightPeriod > 0 ? 0 : shift,
                0,
                0,
                to,
                shift,
                n);
          }
        });
  }

  private static MemorySegment tile(Block block, MemorySegment from, long period, long length) {
    MemorySegment own = block.own();
    MemorySegment.copy(from, 0, own, 0, period * Float.BYTES);
    for (long filled = period; filled < length; filled *= 2) {
      MemorySegment.copy(
          own, 0, own, filled * Float.BYTES, Math.min(filled, length - filled) * Float.BYTES);
    }
    return own;
  }

  /**
   * The length of the contiguous trailing row that the tensor repeats along all its other axes; 0
   * if none or long.
   */
  private static long shortPeriod(Tensor tensor) {
    long period = 1;
    int axis = tensor.rank() - 1;
    while (axis >= 0 && (tensor.dim(axis) == 1 || tensor.stride(axis) == period)) {
      period *= tensor.dim(axis--);
    }
    for (; axis >= 0; axis--) {
      if (tensor.dim(axis) != 1 && tensor.stride(axis) != 0) {
        return 0;
      }
    }
    return period <= LONGEST_TILED ? period : 0;
  }
}
