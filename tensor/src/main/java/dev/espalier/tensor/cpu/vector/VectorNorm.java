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

  /** Elements summed in float before the sum goes on in double. */
  private static final int PIECE = 4096;

  /** Elements of an image worth a task: a run that memory is read ahead in. */
  private static final long RUN = 1024;

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

  private interface Stretch {
    /** A plane, or a part of a long one, from a byte offset on. */
    void visit(int channel, long offset, int n);
  }

  /** Visits the planes of some channels image by image, as they lie in memory. */
  private void forEachStretch(long firstChannel, long lastChannel, Stretch stretch) {
    for (long image = 0; image < batch; image++) {
      for (long channel = firstChannel; channel < lastChannel; channel++) {
        long plane = (image * channels + channel) * spatial;
        for (long at = 0; at < spatial; at += PIECE) {
          int n = (int) Math.min(PIECE, spatial - at);
          stretch.visit((int) channel, (plane + at) * Float.BYTES, n);
        }
      }
    }
  }

  /** As many channels together as make a run of memory of some length in each image. */
  private void forEachChannels(Parallel.Range range) {
    Parallel.ranges(channels, Math.max(1, RUN / Math.max(1, spatial)), range);
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
    norm.forEachChannels(
        (first, last) -> {
          int c0 = (int) first;
          var moments = new Moments((int) (last - first));
          norm.forEachStretch(
              first,
              last,
              (channel, at, n) -> {
                double sum = PlaneSums.sum(from, at, n);
                float center = (float) (sum / n);
                moments.add(channel - c0, n, center, sum, PlaneSums.squares(from, at, n, center));
              });
          for (int c = c0; c < last; c++) {
            means.setAtIndex(FLOAT, c, (float) moments.mean(c - c0));
            variances.setAtIndex(FLOAT, c, (float) (moments.squares(c - c0) / count));
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
      Tensor y,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    if (hasShortPlanes(x)) {
      ColumnNorm.batchNormGrad(x, dy, y, gamma, mean, invStd, dx, dgamma, dbeta);
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
    MemorySegment outputs = y == null ? null : y.segment();
    MemorySegment to = dx.segment();
    NormGradLoop loop = NormGradLoop.of(y != null);
    double count = (double) norm.batch * norm.spatial;
    norm.forEachChannels(
        (first, last) -> {
          int c0 = (int) first;
          double[] sums = new double[2 * (int) (last - first)];
          norm.forEachStretch(
              first,
              last,
              (c, at, n) ->
                  loop.sums(inputs, gradients, outputs, at, n, means[c], sums, 2 * (c - c0)));
          float[] factors = new float[sums.length / 2];
          float[] tilts = new float[factors.length];
          float[] shifts = new float[factors.length];
          for (int c = c0; c < last; c++) {
            double sum = sums[2 * (c - c0)];
            double dotInverse = sums[2 * (c - c0) + 1] * inverses[c];
            betaSums.setAtIndex(FLOAT, c, (float) sum);
            gammaSums.setAtIndex(FLOAT, c, (float) dotInverse);
            float factor = gammas[c] * inverses[c];
            factors[c - c0] = factor;
            tilts[c - c0] = (float) (-factor * dotInverse * inverses[c] / count);
            shifts[c - c0] = (float) (-factor * sum / count);
          }
          norm.forEachStretch(
              first,
              last,
              (c, at, n) ->
                  loop.input(
                      inputs,
                      gradients,
                      outputs,
                      at,
                      n,
                      means[c],
                      factors[c - c0],
                      tilts[c - c0],
                      shifts[c - c0],
                      to));
        });
  }
}
