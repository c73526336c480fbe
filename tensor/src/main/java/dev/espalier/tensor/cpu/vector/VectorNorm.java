package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Per-channel statistics and batch normalisation of contiguous float32 [N, C, S] where a plane of S
 * elements fills vectors; {@link ColumnNorm} does the same for short planes. Channels are shared
 * among threads; within one, blocks go in order.
 */
final class VectorNorm {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final long batch;
  private final long channels;
  private final long spatial;

  private VectorNorm(Tensor x) {
    this.batch = x.dim(0);
    this.channels = x.dim(1);
    this.spatial = x.size() / Math.max(1, batch * channels);
  }

  private static boolean hasShortPlanes(Tensor x) {
    return new VectorNorm(x).spatial < 2L * Lanes.COUNT;
  }

  private interface Piece {
    void visit(long offset, long n);
  }

  /** Visits a channel's planes in blocks. */
  private void forEachBlock(long channel, Piece piece) {
    for (long n = 0; n < batch; n++) {
      long plane = (n * channels + channel) * spatial;
      for (long at = 0; at < spatial; at += Block.LENGTH) {
        piece.visit((plane + at) * Float.BYTES, Math.min(Block.LENGTH, spatial - at));
      }
    }
  }

  private void forEachChannel(Parallel.Range range) {
    Parallel.rows(channels, batch * spatial, range);
  }

  static void channelStats(Tensor x, Tensor mean, Tensor variance) {
    if (hasShortPlanes(x)) {
      ColumnNorm.channelStats(x, mean, variance);
      return;
    }
    var norm = new VectorNorm(x);
    MemorySegment from = x.segment();
    MemorySegment means = mean.segment();
    MemorySegment variances = variance.segment();
    double count = (double) norm.batch * norm.spatial;
    norm.forEachChannel(
        (first, last) -> {
          double[] sum = new double[1];
          for (long channel = first; channel < last; channel++) {
            sum[0] = 0;
            norm.forEachBlock(channel, (at, n) -> sum[0] += Dot.sum(from, at, n));
            double center = sum[0] / count;
            sum[0] = 0;
            norm.forEachBlock(
                channel, (at, n) -> sum[0] += squaresAround((float) center, from, at, n));
            means.setAtIndex(FLOAT, channel, (float) center);
            variances.setAtIndex(FLOAT, channel, (float) (sum[0] / count));
          }
        });
  }

  private static double squaresAround(float center, MemorySegment x, long offset, long n) {
    MemorySegment centered = Block.PASSES.own();
    Loops.SHIFT.run(x, offset, -center, 0, centered, 0, n);
    return FoldLoop.of(Fold.SUM_SQUARES).row(centered, 0, n);
  }

  static void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    if (hasShortPlanes(x)) {
      ColumnNorm.channelAffine(x, scale, shift, relu, out);
      return;
    }
    var norm = new VectorNorm(x);
    MemorySegment from = x.segment();
    MemorySegment to = out.segment();
    float[] scales = scale.toFloatArray();
    float[] shifts = shift.toFloatArray();
    MapLoop affine = relu ? Loops.AFFINE_RELU : Loops.AFFINE;
    long spatial = norm.spatial;
    Parallel.rows(
        norm.batch * norm.channels,
        spatial,
        (first, last) -> {
          for (long plane = first; plane < last; plane++) {
            int channel = (int) (plane % norm.channels);
            long at = plane * spatial * Float.BYTES;
            affine.run(from, at, scales[channel], shifts[channel], to, at, spatial);
          }
        });
  }

  static void batchNormGrad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    if (hasShortPlanes(x)) {
      ColumnNorm.batchNormGrad(x, dy, gamma, mean, invStd, dx, dgamma, dbeta);
      return;
    }
    var norm = new VectorNorm(x);
    float[] gammas = gamma.toFloatArray();
    float[] means = mean.toFloatArray();
    float[] inverses = invStd.toFloatArray();
    MemorySegment gammaSums = dgamma.segment();
    MemorySegment betaSums = dbeta.segment();
    MemorySegment inputs = x.segment();
    MemorySegment gradients = dy.segment();
    MemorySegment to = dx.segment();
    norm.forEachChannel(
        (first, last) -> {
          for (int c = (int) first; c < last; c++) {
            double[] sums = norm.gradientSums(c, means[c], inputs, gradients);
            double dotInverse = sums[1] * inverses[c];
            betaSums.setAtIndex(FLOAT, c, (float) sums[0]);
            gammaSums.setAtIndex(FLOAT, c, (float) dotInverse);
            norm.inputGradient(
                c,
                gammas[c] * inverses[c],
                means[c],
                sums[0],
                dotInverse * inverses[c],
                inputs,
                gradients,
                to);
          }
        });
  }

  /** {@code Σ dy} and {@code Σ dy (x - mean)}. */
  private double[] gradientSums(int channel, float mean, MemorySegment x, MemorySegment dy) {
    double[] sums = new double[2];
    MemorySegment centered = Block.PASSES.own();
    forEachBlock(
        channel,
        (at, n) -> {
          Loops.SHIFT.run(x, at, -mean, 0, centered, 0, n);
          sums[0] += Dot.sum(dy, at, n);
          sums[1] += Dot.product(dy, at, centered, 0, n);
        });
    return sums;
  }

  /** {@code dx = factor (dy - (sum + (x - mean) slope) / count)}. */
  private void inputGradient(
      int channel,
      float factor,
      float mean,
      double sum,
      double slope,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx) {
    double count = (double) batch * spatial;
    float shift = (float) (-factor * sum / count);
    float tilt = (float) (-factor * slope / count);
    MemorySegment line = Block.PASSES.own();
    forEachBlock(
        channel,
        (at, n) -> {
          Loops.SHIFT.run(x, at, -mean, 0, line, 0, n);
          Loops.AFFINE.run(line, 0, tilt, shift, line, 0, n);
          Loops.ADD_SCALED.run(line, 0, dy, at, factor, 0, dx, at, n);
        });
  }
}
