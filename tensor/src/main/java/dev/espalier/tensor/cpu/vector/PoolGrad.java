package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Gradients of {@link VectorPool}; planes are shared among threads. */
final class PoolGrad {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final PoolSpec spec;
  private final long planes;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;

  private PoolGrad(PoolSpec spec, Tensor input, Tensor output) {
    this.spec = spec;
    this.planes = (long) input.dim(0) * input.dim(1);
    this.height = input.dim(2);
    this.width = input.dim(3);
    this.outHeight = output.dim(2);
    this.outWidth = output.dim(3);
  }

  private long inPlane() {
    return (long) height * width;
  }

  private long outPlane() {
    return (long) outHeight * outWidth;
  }

  /** Planes below {@code within} may be written as vectors, those behind one by one. */
  private void forEachRange(long within, Parallel.Range vectors, Parallel.Range rest) {
    Parallel.rows(
        planes,
        2 * inPlane(),
        (first, last) -> {
          long middle = Math.clamp(within, first, last);
          if (middle > first) {
            vectors.run(first, middle);
          }
          if (middle < last) {
            rest.run(middle, last);
          }
        });
  }

  static void max(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    var pool = new PoolGrad(spec, dx, dy);
    MemorySegment from = dy.segment();
    MemorySegment index = indices.segment();
    MemorySegment to = dx.segment();
    WindowSpread spread = WindowSpread.of(spec, pool.height, pool.width);
    pool.forEachRange(
        spread == null ? 0 : spread.planesWithin(from),
        (first, last) -> spread.toIndices(from, index, to, first, last),
        (first, last) -> pool.addToIndices(from, index, to, first, last));
  }

  private void addToIndices(
      MemorySegment dy, MemorySegment indices, MemorySegment dx, long first, long last) {
    for (long plane = first; plane < last; plane++) {
      long start = plane * inPlane();
      VectorFill.floats(dx, start * Float.BYTES, inPlane(), 0);
      for (long i = plane * outPlane(); i < (plane + 1) * outPlane(); i++) {
        long at = start + indices.getAtIndex(INT, i);
        dx.setAtIndex(FLOAT, at, dx.getAtIndex(FLOAT, at) + dy.getAtIndex(FLOAT, i));
      }
    }
  }

  static void maxGather(Tensor x, Tensor indices, Tensor out) {
    long inPlane = (long) x.dim(2) * x.dim(3);
    long outPlane = (long) out.dim(2) * out.dim(3);
    MemorySegment from = x.segment();
    MemorySegment index = indices.segment();
    MemorySegment to = out.segment();
    Parallel.rows(
        (long) x.dim(0) * x.dim(1),
        outPlane,
        (first, last) -> {
          for (long plane = first; plane < last; plane++) {
            for (long i = plane * outPlane; i < (plane + 1) * outPlane; i++) {
              to.setAtIndex(
                  FLOAT, i, from.getAtIndex(FLOAT, plane * inPlane + index.getAtIndex(INT, i)));
            }
          }
        });
  }

  static void average(Tensor dy, PoolSpec spec, Tensor dx) {
    var pool = new PoolGrad(spec, dx, dy);
    MemorySegment from = dy.segment();
    MemorySegment to = dx.segment();
    float factor = (float) (1.0 / ((double) spec.kernelH() * spec.kernelW()));
    WindowSpread spread = WindowSpread.of(spec, pool.height, pool.width);
    pool.forEachRange(
        spread == null ? 0 : spread.planesWithin(from),
        (first, last) -> spread.toWindows(from, factor, to, first, last),
        (first, last) -> pool.addToWindows(from, factor, to, first, last));
  }

  private void addToWindows(
      MemorySegment dy, float factor, MemorySegment dx, long first, long last) {
    for (long plane = first; plane < last; plane++) {
      VectorFill.floats(dx, plane * inPlane() * Float.BYTES, inPlane(), 0);
      for (int i = 0; i < outPlane(); i++) {
        float share = dy.getAtIndex(FLOAT, plane * outPlane() + i) * factor;
        addToWindow(i / outWidth, i % outWidth, share, dx, plane * inPlane());
      }
    }
  }

  private void addToWindow(int row, int column, float share, MemorySegment to, long plane) {
    int top = row * spec.strideH() - spec.padH();
    int left = column * spec.strideW() - spec.padW();
    int right = Math.min(left + spec.kernelW(), width);
    for (int h = Math.max(top, 0); h < Math.min(top + spec.kernelH(), height); h++) {
      for (int w = Math.max(left, 0); w < right; w++) {
        long at = plane + (long) h * width + w;
        to.setAtIndex(FLOAT, at, to.getAtIndex(FLOAT, at) + share);
      }
    }
  }
}
