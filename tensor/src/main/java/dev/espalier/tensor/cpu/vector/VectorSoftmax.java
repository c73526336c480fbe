package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Softmax and its logarithm along the last axis of contiguous float32 tensors, and their gradients.
 */
final class VectorSoftmax {
  /** Elements summed in float before the sum goes on in double. */
  private static final int PIECE = 2048;

  private static final MapLoop SUBTRACT_BOTH = MapLoop.of((x, p, q) -> x.sub(p).sub(q));
  private static final ZipLoop GRAD = ZipLoop.of((y, dy, p, _) -> dy.sub(p).mul(y));
  private static final ZipLoop LOG_GRAD =
      ZipLoop.of((y, dy, p, _) -> VectorMath.expOfNormal(y).mul(p.neg()).add(dy));

  private VectorSoftmax() {}

  static void softmax(Tensor x, boolean log, Tensor out) {
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    forEachRow(
        x,
        (offset, n) -> {
          float largest = SoftmaxRows.largest(from, offset, n);
          if (log) {
            double sum = sumOfExp(from, offset, largest, n);
            SUBTRACT_BOTH.run(from, offset, largest, (float) Math.log(sum), to, offset, n);
          } else {
            double sum = expInto(from, offset, largest, to, n);
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
    double sum = 0;
    for (int at = 0; at < n; at += PIECE) {
      long from = offset + (long) at * Float.BYTES;
      sum += SoftmaxRows.sumOfExp(x, from, largest, Math.min(PIECE, n - at));
    }
    return sum;
  }

  /** {@code out = e^(x - largest)}; returns the sum. */
  private static double expInto(
      MemorySegment x, long offset, float largest, MemorySegment out, int n) {
    double sum = 0;
    for (int at = 0; at < n; at += PIECE) {
      long from = offset + (long) at * Float.BYTES;
      sum += SoftmaxRows.expInto(x, from, largest, out, from, Math.min(PIECE, n - at));
    }
    return sum;
  }
}
