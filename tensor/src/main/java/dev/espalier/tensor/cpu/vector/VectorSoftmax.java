package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax and its logarithm along the last axis of contiguous float32 tensors, and their gradients.
 */
final class VectorSoftmax {
  private static final VectorSpecies<Float> S = Lanes.FLOATS;

  private static final FoldLoop LARGEST = FoldLoop.of(Fold.MAX);
  private static final MapLoop SUBTRACT_BOTH = MapLoop.of((x, p, q) -> x.sub(p).sub(q));
  private static final ZipLoop GRAD = ZipLoop.of((y, dy, p, _) -> dy.sub(p).mul(y));
  private static final ZipLoop LOG_GRAD =
      ZipLoop.of((y, dy, p, _) -> VectorMath.exp(y).mul(p.neg()).add(dy));

  private VectorSoftmax() {}

  static void softmax(Tensor x, boolean log, Tensor out) {
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    forEachRow(
        x,
        (offset, n) -> {
          float largest = LARGEST.row(from, offset, n);
          if (log) {
            double sum = sumOfExp(from, offset, largest, n);
            SUBTRACT_BOTH.run(from, offset, largest, (float) Math.log(sum), to, offset, n);
          } else {
            double sum = expInto(from, offset, largest, to, offset, n);
            Loops.SCALE.run(to, offset, (float) (1 / sum), 0, to, offset, n);
          }
        });
  }

  static void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    MemorySegment outputs = y.segment();
    MemorySegment gradients = dy.segment();
    MemorySegment to = dx.segment();
    forEachRow(
        y,
        (offset, n) -> {
          double sum =
              log
                  ? Dot.sum(gradients, offset, n)
                  : Dot.product(gradients, offset, outputs, offset, n);
          ZipLoop grad = log ? LOG_GRAD : GRAD;
          grad.run(outputs, offset, gradients, offset, (float) sum, 0, to, offset, n);
        });
  }

  private interface Row {
    void visit(long offset, int n);
  }

  private static void forEachRow(Tensor x, Row row) {
    int width = x.dim(-1);
    long rows = width == 0 ? 0 : x.size() / width;
    Parallel.rows(
        rows,
        4L * width, // exponentials: few rows are worth a second thread
        (from, to) -> {
          for (long r = from; r < to; r++) {
            row.visit(r * width * Float.BYTES, width);
          }
        });
  }

  /** {@code Σ e^(x - largest)} without keeping the terms. */
  private static double sumOfExp(MemorySegment x, long offset, float largest, int n) {
    MemorySegment terms = Block.PASSES.own();
    double sum = 0;
    for (int at = 0; at < n; at += Block.LENGTH) {
      long from = offset + (long) at * Float.BYTES;
      sum += expPiece(x, from, largest, terms, 0, Math.min(Block.LENGTH, n - at));
    }
    return sum;
  }

  /** {@code out = e^(x - largest)}; returns the sum. */
  private static double expInto(
      MemorySegment x, long offset, float largest, MemorySegment out, long outOffset, int n) {
    double sum = 0;
    for (int at = 0; at < n; at += Block.LENGTH) {
      long shift = (long) at * Float.BYTES;
      int length = Math.min(Block.LENGTH, n - at);
      sum += expPiece(x, offset + shift, largest, out, outOffset + shift, length);
    }
    return sum;
  }

  private static float expPiece(
      MemorySegment x, long offset, float largest, MemorySegment out, long outOffset, int n) {
    FloatVector sum = FloatVector.zero(S);
    long end = (long) (n / Lanes.COUNT) * Lanes.BYTES;
    for (long at = 0; at < end; at += Lanes.BYTES) {
      FloatVector e =
          VectorMath.exp(
              FloatVector.fromMemorySegment(S, x, offset + at, Lanes.ORDER).sub(largest));
      e.intoMemorySegment(out, outOffset + at, Lanes.ORDER);
      sum = sum.add(e);
    }
    int rest = n % Lanes.COUNT;
    if (rest > 0) {
      VectorMask<Float> mask = S.indexInRange(0, rest);
      FloatVector tail = FloatVector.fromMemorySegment(S, x, offset + end, Lanes.ORDER, mask);
      FloatVector e = VectorMath.exp(tail.sub(largest));
      e.intoMemorySegment(out, outOffset + end, Lanes.ORDER, mask);
      sum = sum.add(FloatVector.zero(S).blend(e, mask));
    }
    return Lanes.sum(sum);
  }
}
