package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Pooling of contiguous float32 [N, C, H, W] with the lanes along output columns; planes are shared
 * among threads.
 */
final class VectorPool {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;
  private static final VectorSpecies<Integer> INTS = Lanes.INTS;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private final PoolSpec spec;
  private final long planes;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;

  private VectorPool(PoolSpec spec, Tensor input, Tensor output) {
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

  private void forEachRange(Parallel.Range range) {
    Parallel.rows(planes, 2 * inPlane(), range);
  }

  /** Where each window position of the first output row starts in the phase planes. */
  private long[] windowOffsets(PhasePlanes phases) {
    long[] offsets = new long[spec.kernelH() * spec.kernelW()];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = phases.offset(0, i / spec.kernelW(), i % spec.kernelW());
    }
    return offsets;
  }

  static void max(Tensor x, PoolSpec spec, Tensor out, Tensor indices) {
    var pool = new VectorPool(spec, x, out);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    MemorySegment toIndices = indices.segment();
    pool.forEachRange(
        (first, last) -> {
          var phases =
              new PhasePlanes(
                  spec, pool.height, pool.width, pool.outWidth, Float.NEGATIVE_INFINITY);
          long[] window = pool.windowOffsets(phases);
          int[] shifts = new int[window.length];
          for (int i = 0; i < shifts.length; i++) {
            shifts[i] = i / spec.kernelW() * pool.width + i % spec.kernelW();
          }
          for (long plane = first; plane < last; plane++) {
            phases.load(from, plane * pool.inPlane() * Float.BYTES);
            for (int row = 0; row < pool.outHeight; row++) {
              long rowOffset = phases.offset(row, 0, 0);
              long at = (plane * pool.outPlane() + (long) row * pool.outWidth) * Float.BYTES;
              pool.maxRow(phases.data(), rowOffset, window, shifts, row, to, toIndices, at);
            }
          }
        });
  }

  /** A later element wins if it is larger, or the first NaN; padding is -∞ and never wins. */
  private void maxRow(
      MemorySegment phases,
      long rowOffset,
      long[] window,
      int[] shifts,
      int row,
      MemorySegment out,
      MemorySegment indices,
      long at) {
    int top = row * spec.strideH() - spec.padH();
    IntVector lanes = IntVector.zero(INTS).addIndex(1).mul(spec.strideW());
    for (int column = 0; column < outWidth; column += Lanes.COUNT) {
      IntVector left = lanes.add(column * spec.strideW() - spec.padW());
      IntVector corner = left.add(top * width);
      FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      IntVector index = left.max(0).add(Math.max(top, 0) * width);
      long from = rowOffset + (long) column * Float.BYTES;
      for (int i = 0; i < window.length; i++) {
        FloatVector v = FloatVector.fromMemorySegment(S, phases, from + window[i], Lanes.ORDER);
        VectorMask<Float> wins =
            v.compare(VectorOperators.LE, best).not().and(best.compare(VectorOperators.EQ, best));
        best = best.blend(v, wins);
        index = index.blend(corner.add(shifts[i]), wins.cast(INTS));
      }
      long target = at + (long) column * Float.BYTES;
      if (column <= outWidth - Lanes.COUNT) {
        best.intoMemorySegment(out, target, Lanes.ORDER);
        index.intoMemorySegment(indices, target, Lanes.ORDER);
      } else {
        VectorMask<Float> rest = S.indexInRange(0, outWidth - column);
        best.intoMemorySegment(out, target, Lanes.ORDER, rest);
        index.intoMemorySegment(indices, target, Lanes.ORDER, rest.cast(INTS));
      }
    }
  }

  static void average(Tensor x, PoolSpec spec, Tensor out) {
    var pool = new VectorPool(spec, x, out);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    float factor = (float) (1.0 / ((double) spec.kernelH() * spec.kernelW()));
    boolean wholePlane =
        spec.kernelH() == pool.height && spec.kernelW() == pool.width && pool.outPlane() == 1;
    pool.forEachRange(
        (first, last) -> {
          if (wholePlane) {
            for (long plane = first; plane < last; plane++) {
              double sum = Dot.sum(from, plane * pool.inPlane() * Float.BYTES, pool.inPlane());
              to.setAtIndex(FLOAT, plane, (float) sum * factor);
            }
            return;
          }
          var phases = new PhasePlanes(spec, pool.height, pool.width, pool.outWidth, 0);
          long[] window = pool.windowOffsets(phases);
          for (long plane = first; plane < last; plane++) {
            phases.load(from, plane * pool.inPlane() * Float.BYTES);
            for (int row = 0; row < pool.outHeight; row++) {
              long at = (plane * pool.outPlane() + (long) row * pool.outWidth) * Float.BYTES;
              pool.averageRow(phases.data(), phases.offset(row, 0, 0), window, factor, to, at);
            }
          }
        });
  }

  private void averageRow(
      MemorySegment phases,
      long rowOffset,
      long[] window,
      float factor,
      MemorySegment out,
      long at) {
    for (int column = 0; column < outWidth; column += Lanes.COUNT) {
      FloatVector sum = FloatVector.zero(S);
      long from = rowOffset + (long) column * Float.BYTES;
      for (long position : window) {
        sum = sum.add(FloatVector.fromMemorySegment(S, phases, from + position, Lanes.ORDER));
      }
      FloatVector mean = sum.mul(factor);
      long target = at + (long) column * Float.BYTES;
      if (column <= outWidth - Lanes.COUNT) {
        mean.intoMemorySegment(out, target, Lanes.ORDER);
      } else {
        mean.intoMemorySegment(out, target, Lanes.ORDER, S.indexInRange(0, outWidth - column));
      }
    }
  }

  static void maxGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx) {
    var pool = new VectorPool(spec, dx, dy);
    MemorySegment from = dy.segment();
    MemorySegment index = indices.segment();
    MemorySegment to = dx.segment();
    pool.forEachRange(
        (first, last) -> {
          for (long plane = first; plane < last; plane++) {
            long start = plane * pool.inPlane();
            VectorFill.floats(to, start * Float.BYTES, pool.inPlane(), 0);
            for (long i = plane * pool.outPlane(); i < (plane + 1) * pool.outPlane(); i++) {
              long at = start + index.getAtIndex(INT, i);
              to.setAtIndex(FLOAT, at, to.getAtIndex(FLOAT, at) + from.getAtIndex(FLOAT, i));
            }
          }
        });
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

  static void averageGrad(Tensor dy, PoolSpec spec, Tensor dx) {
    var pool = new VectorPool(spec, dx, dy);
    MemorySegment from = dy.segment();
    MemorySegment to = dx.segment();
    float factor = (float) (1.0 / ((double) spec.kernelH() * spec.kernelW()));
    pool.forEachRange(
        (first, last) -> {
          for (long plane = first; plane < last; plane++) {
            VectorFill.floats(to, plane * pool.inPlane() * Float.BYTES, pool.inPlane(), 0);
            for (int i = 0; i < pool.outPlane(); i++) {
              float share = from.getAtIndex(FLOAT, plane * pool.outPlane() + i) * factor;
              pool.addToWindow(
                  i / pool.outWidth, i % pool.outWidth, share, to, plane * pool.inPlane());
            }
          }
        });
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
