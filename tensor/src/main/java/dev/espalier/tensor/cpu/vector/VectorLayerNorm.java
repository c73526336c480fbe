package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.ReduceOp;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Layer normalisation over the last axis of contiguous float32 [R, D]; rows are shared among
 * threads.
 */
final class VectorLayerNorm {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Elements summed in float before the sum goes on in double. */
  private static final int PIECE = 4096;

  private VectorLayerNorm() {}

  static void forward(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    int width = x.dim(1);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    MemorySegment means = mean.segment();
    MemorySegment inverses = invStd.segment();
    try (Tensor gammaCopy = Dense.copyIfStrided(gamma);
        Tensor betaCopy = Dense.copyIfStrided(beta)) {
      MemorySegment gammas = Dense.segment(gamma, gammaCopy);
      MemorySegment betas = Dense.segment(beta, betaCopy);
      Parallel.rows(
          x.dim(0),
          width,
          (first, last) -> {
            for (long r = first; r < last; r++) {
              long at = r * width * Float.BYTES;
              float center = (float) (Dot.sum(from, at, width) / width);
              double variance = Dot.squaresAround(from, at, center, width) / width;
              float inverse = (float) (1 / Math.sqrt(variance + eps));
              LayerNormRows.normalise(from, at, center, inverse, gammas, betas, to, width);
              means.setAtIndex(FLOAT, r, center);
              inverses.setAtIndex(FLOAT, r, inverse);
            }
          });
    }
  }

  static void grad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    int rows = x.dim(0);
    int width = x.dim(1);
    // one row of sums for each range
    int grain = (int) Math.max(1, Parallel.GRAIN / Math.max(1, width));
    Shape parts = Shape.of((rows + grain - 1) / grain, width);
    MemorySegment inputs = x.segment();
    MemorySegment gradients = dy.segment();
    MemorySegment to = dx.segment();
    try (Tensor meanCopy = Dense.copyIfStrided(mean);
        Tensor invStdCopy = Dense.copyIfStrided(invStd);
        Tensor gammaCopy = Dense.copyIfStrided(gamma);
        Tensor gammaParts = Tensor.zeros(DType.FLOAT32, parts);
        Tensor betaParts = Tensor.zeros(DType.FLOAT32, parts)) {
      MemorySegment centers = Dense.segment(mean, meanCopy);
      MemorySegment factors = Dense.segment(invStd, invStdCopy);
      MemorySegment gammas = Dense.segment(gamma, gammaCopy);
      MemorySegment gammaSums = gammaParts.segment();
      MemorySegment betaSums = betaParts.segment();
      Parallel.ranges(
          rows,
          grain,
          (first, last) -> {
            double[] sums = new double[2];
            long part = first / grain * width * Float.BYTES;
            for (long r = first; r < last; r++) {
              long at = r * width * Float.BYTES;
              float center = centers.getAtIndex(FLOAT, r);
              float factor = factors.getAtIndex(FLOAT, r);
              sums(inputs, gradients, at, gammas, center, width, sums);
              // of the standardised input
              double slope = sums[1] * factor / width;
              float tilt = (float) (-slope * factor * factor);
              float level = (float) (-sums[0] * factor / width);
              LayerNormGradRows.run(
                  inputs, gradients, at, gammas, center, factor, tilt, level, to, gammaSums,
                  betaSums, part, width);
            }
          });
      boolean[] overParts = {true, false};
      VectorReduce.reduce(ReduceOp.SUM, gammaParts, overParts, dgamma);
      VectorReduce.reduce(ReduceOp.SUM, betaParts, overParts, dbeta);
    }
  }

  private static void sums(
      MemorySegment x,
      MemorySegment dy,
      long row,
      MemorySegment gamma,
      float center,
      int n,
      double[] sums) {
    sums[0] = 0;
    sums[1] = 0;
    for (int at = 0; at < n; at += PIECE) {
      long shift = (long) at * Float.BYTES;
      int length = Math.min(PIECE, n - at);
      LayerNormGradRows.addSums(x, dy, row + shift, gamma, shift, center, length, sums);
    }
  }
}
