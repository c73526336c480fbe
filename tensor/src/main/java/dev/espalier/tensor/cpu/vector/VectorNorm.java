package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Per-channel statistics and batch normalisation of contiguous float32 [N, C, S] where a plane of S
 * elements fills vectors; {@link ColumnNorm} does the same for short planes. Channels are shared
 * among threads; within one, planes go in order.
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

  /** Where a channel's plane begins in one element of the batch, in bytes. */
  private long plane(long element, long channel) {
    return (element * channels + channel) * spatial * Float.BYTES;
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
          for (long channel = first; channel < last; channel++) {
            double sum = 0;
            for (long n = 0; n < norm.batch; n++) {
              sum += Dot.sum(from, norm.plane(n, channel), norm.spatial);
            }
            float center = (float) (sum / count);
            double squares = 0;
            for (long n = 0; n < norm.batch; n++) {
              squares += Dot.squaresAround(from, norm.plane(n, channel), center, norm.spatial);
            }
            means.setAtIndex(FLOAT, channel, center);
            variances.setAtIndex(FLOAT, channel, (float) (squares / count));
          }
        });
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
    double count = (double) norm.batch * norm.spatial;
    norm.forEachChannel(
        (first, last) -> {
          double[] sums = new double[2];
          for (int c = (int) first; c < last; c++) {
            norm.gradientSums(c, means[c], inputs, gradients, sums);
            double dotInverse = sums[1] * inverses[c];
            betaSums.setAtIndex(FLOAT, c, (float) sums[0]);
            gammaSums.setAtIndex(FLOAT, c, (float) dotInverse);
            float factor = gammas[c] * inverses[c];
            float tilt = (float) (-factor * dotInverse * inverses[c] / count);
            float level = (float) (-factor * sums[0] / count);
            for (long n = 0; n < norm.batch; n++) {
              NormGradRows.run(
                  inputs,
                  gradients,
                  norm.plane(n, c),
                  means[c],
                  factor,
                  tilt,
                  level,
                  to,
                  norm.spatial);
            }
          }
        });
  }

  /** {@code Σ dy} and {@code Σ dy (x - mean)}. */
  private void gradientSums(
      int channel, float mean, MemorySegment x, MemorySegment dy, double[] sums) {
    sums[0] = 0;
    sums[1] = 0;
    for (long n = 0; n < batch; n++) {
      long plane = plane(n, channel);
      for (long at = 0; at < spatial; at += Block.LENGTH) {
        long length = Math.min(Block.LENGTH, spatial - at);
        NormGradRows.addSums(x, dy, plane + at * Float.BYTES, mean, length, sums);
      }
    }
  }
}
