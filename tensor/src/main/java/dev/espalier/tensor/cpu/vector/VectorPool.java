package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Pooling of contiguous float32 [N, C, H, W]; planes are shared among threads. Planes without
 * padding are read where they lie; the others, and those so near the end of the tensor that whole
 * vectors would run past it, are copied first, a few rows at a time.
 */
final class VectorPool {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  /** Floats of a copy: half of the first-level cache. */
  private static final long COPY = 4096;

  /** How far vectors run past the last row of a copy. */
  private static final long SLACK = 2L * Lanes.COUNT;

  private final PoolSpec spec;
  private final long planes;
  private final int height;
  private final int width;
  private final WindowGrid grid;
  private final WindowLoop loop;
  private final float padding;
  private final MemorySegment x;
  private final MemorySegment out;
  private final MemorySegment indices;

  private VectorPool(
      WindowLoop.Result result, Tensor x, PoolSpec spec, Tensor out, MemorySegment indices) {
    this.spec = spec;
    this.planes = (long) x.dim(0) * x.dim(1);
    this.height = x.dim(2);
    this.width = x.dim(3);
    this.grid = WindowGrid.of(spec, height, width);
    this.loop = WindowLoop.of(result, grid);
    this.padding = result == WindowLoop.Result.MEAN ? 0 : Float.NEGATIVE_INFINITY;
    this.x = x.segment();
    this.out = out.segment();
    this.indices = indices;
  }

  /**
   * @param indices null if nobody asks for them
   */
  static void max(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    if (out.size() == 0) {
      return;
    }
    var result = indices == null ? WindowLoop.Result.LARGEST : WindowLoop.Result.LARGEST_AND_INDEX;
    var pool = new VectorPool(result, x, spec, out, indices == null ? null : indices.segment());
    pool.forEachRange(
        (first, last) -> {
          if (!pool.run(first, last)) {
            pool.largestOneByOne(first, last);
          }
        });
  }

  static void average(Tensor x, PoolSpec spec, Tensor out) {
    if (out.size() == 0) {
      return;
    }
    var pool = new VectorPool(WindowLoop.Result.MEAN, x, spec, out, null);
    if (spec.kernelH() == pool.height && spec.kernelW() == pool.width && pool.outPlane() == 1) {
      pool.forEachRange(pool::planeMeans);
    } else {
      pool.forEachRange(pool::run);
    }
  }

  private long inPlane() {
    return (long) height * width;
  }

  private long outPlane() {
    return (long) grid.outHeight() * grid.outWidth();
  }

  private void forEachRange(Parallel.Range range) {
    Parallel.rows(planes, 2 * inPlane(), range);
  }

  /** Eight planes at a time, as their lanes are summed together. */
  private void planeMeans(long first, long last) {
    float factor = (float) (1.0 / inPlane());
    long plane = first;
    if (inPlane() <= COPY) {
      int slot = Panels.acquire();
      try {
        int sums = Panels.header(slot) + Panels.PARTIALS;
        for (; plane <= last - LaneSums.COUNT; plane += LaneSums.COUNT) {
          for (int i = 0; i < LaneSums.COUNT; i++) {
            long from = (plane + i) * inPlane() * Float.BYTES;
            Dot.lanesOfSum(x, from, inPlane(), Panels.MEMORY, sums + i * Lanes.BYTES);
          }
          LaneSums.of(sums, sums);
          for (int i = 0; i < LaneSums.COUNT; i++) {
            out.setAtIndex(FLOAT, plane + i, LaneSums.get(sums, i) * factor);
          }
        }
      } finally {
        Panels.release(slot);
      }
    }
    for (; plane < last; plane++) {
      double sum = Dot.sum(x, plane * inPlane() * Float.BYTES, inPlane());
      out.setAtIndex(FLOAT, plane, (float) sum * factor);
    }
  }

  /** Returns what {@link WindowLoop#run} does. */
  private boolean run(long first, long last) {
    boolean isPadded = spec.padH() > 0 || spec.padW() > 0;
    long roomy = Math.floorDiv(x.byteSize() / Float.BYTES - grid.reach(), inPlane()) + 1;
    long direct = isPadded ? first : Math.clamp(roomy, first, last);
    boolean isSure = runWhole(x, first * inPlane() * Float.BYTES, direct - first, first);
    if (direct == last) {
      return isSure;
    }
    try (Scratch scratch = Scratch.acquire()) {
      if (grid.plane() > COPY) {
        for (long plane = direct; plane < last; plane++) {
          isSure &= runBands(scratch, plane);
        }
        return isSure;
      }
      long most = COPY / grid.plane();
      for (long plane = direct; plane < last; plane += most) {
        long count = Math.min(most, last - plane);
        MemorySegment copy = scratch.work.floats(count * grid.plane() + SLACK);
        for (long i = 0; i < count; i++) {
          copyRows(plane + i, -spec.padH(), height + spec.padH(), copy, i * grid.plane());
        }
        VectorFill.floats(copy, count * grid.plane() * Float.BYTES, SLACK, padding);
        isSure &= runWhole(copy, 0, count, plane);
      }
      return isSure;
    }
  }

  private boolean runWhole(MemorySegment source, long from, long count, long plane) {
    long to = plane * outPlane() * Float.BYTES;
    return loop.run(grid, source, from, count, 0, grid.outHeight(), out, indices, to);
  }

  /** One plane, as many output rows at a time as their copied source rows allow. */
  private boolean runBands(Scratch scratch, long plane) {
    boolean isSure = true;
    int step = (int) Math.max(1, COPY / ((long) spec.strideH() * grid.width()));
    for (int row = 0; row < grid.outHeight(); row += step) {
      int end = Math.min(row + step, grid.outHeight());
      int top = row * spec.strideH() - spec.padH();
      int bottom = (end - 1) * spec.strideH() - spec.padH() + spec.kernelH();
      long floats = (long) (bottom - top) * grid.width();
      MemorySegment copy = scratch.work.floats(floats + SLACK);
      copyRows(plane, top, bottom, copy, 0);
      VectorFill.floats(copy, floats * Float.BYTES, SLACK, padding);
      long to = (plane * outPlane() + (long) row * grid.outWidth()) * Float.BYTES;
      isSure &= loop.run(grid, copy, 0, 1, row, end, out, indices, to);
    }
    return isSure;
  }

  /** Rows {@code [top, bottom)} of a plane with their padding; those outside it are padding. */
  private void copyRows(long plane, int top, int bottom, MemorySegment copy, long to) {
    long left = (long) spec.padW() * Float.BYTES;
    for (int row = top; row < bottom; row++) {
      long at = (to + (long) (row - top) * grid.width()) * Float.BYTES;
      if (row < 0 || row >= height) {
        VectorFill.floats(copy, at, grid.width(), padding);
        continue;
      }
      long bytes = (long) width * Float.BYTES;
      VectorFill.floats(copy, at, spec.padW(), padding);
      long from = (plane * height + row) * bytes;
      MemorySegment.copy(x, from, copy, at + left, bytes);
      VectorFill.floats(copy, at + left + bytes, spec.padW(), padding);
    }
  }

  /** The reference: a later element wins if it is larger, or the first NaN. */
  private void largestOneByOne(long first, long last) {
    for (long i = first * outPlane(); i < last * outPlane(); i++) {
      long plane = i / outPlane() * inPlane();
      int top = (int) (i / grid.outWidth() % grid.outHeight()) * spec.strideH() - spec.padH();
      int left = (int) (i % grid.outWidth()) * spec.strideW() - spec.padW();
      int best = firstLargest(plane, top, left);
      out.setAtIndex(FLOAT, i, x.getAtIndex(FLOAT, plane + best));
      if (indices != null) {
        indices.setAtIndex(INT, i, best);
      }
    }
  }

  private int firstLargest(long plane, int top, int left) {
    int best = Math.max(top, 0) * width + Math.max(left, 0);
    float largest = x.getAtIndex(FLOAT, plane + best);
    int right = Math.min(left + spec.kernelW(), width);
    for (int h = Math.max(top, 0); h < Math.min(top + spec.kernelH(), height); h++) {
      for (int w = Math.max(left, 0); w < right; w++) {
        float value = x.getAtIndex(FLOAT, plane + (long) h * width + w);
        if (value > largest || (Float.isNaN(value) && !Float.isNaN(largest))) {
          largest = value;
          best = h * width + w;
        }
      }
    }
    return best;
  }
}
