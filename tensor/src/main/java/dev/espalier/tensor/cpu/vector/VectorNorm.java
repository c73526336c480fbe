package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Per-channel statistics and batch normalisation of contiguous float32 [N, C, S] where a plane of S
 * elements fills vectors; {@link ColumnNorm} does the same for short planes. Images are shared
 * among threads.
 */
final class VectorNorm {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  /** Elements summed in float before the sum goes on in double. */
  private static final int PIECE = 4096;

  /** Elements worth a task. */
  private static final long TASK = 4 * Parallel.GRAIN;

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

  /** Visits the planes of some images as they lie in memory, which is read ahead best so. */
  private void forEachStretch(long firstImage, long lastImage, Stretch stretch) {
    for (long image = firstImage; image < lastImage; image++) {
      for (int channel = 0; channel < channels; channel++) {
        long plane = (image * channels + channel) * spatial;
        for (long at = 0; at < spatial; at += PIECE) {
          int n = (int) Math.min(PIECE, spatial - at);
          stretch.visit(channel, (plane + at) * Float.BYTES, n);
        }
      }
    }
  }

  /** Images of a task; sums are taken for each task's by themselves and joined in order. */
  private long imagesTogether() {
    return Math.max(1, TASK / Math.max(1, channels * spatial));
  }

  private int tasks() {
    return (int) Math.ceilDiv(batch, imagesTogether());
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
    int channels = (int) norm.channels;
    long together = norm.imagesTogether();
    Moments[] parts = new Moments[norm.tasks()];
    Parallel.ranges(
        norm.batch,
        together,
        (first, last) -> {
          var part = new Moments(channels);
          norm.forEachStretch(
              first,
              last,
              (channel, at, n) -> {
                double sum = PlaneSums.sum(from, at, n);
                float center = (float) (sum / n);
                part.add(channel, n, center, sum, PlaneSums.squares(from, at, n, center));
              });
          parts[(int) (first / together)] = part;
        });
    var whole = new Moments(channels);
    for (Moments part : parts) {
      whole.add(part);
    }
    for (int c = 0; c < channels; c++) {
      means.setAtIndex(FLOAT, c, (float) whole.mean(c));
      variances.setAtIndex(FLOAT, c, (float) (whole.squares(c) / count));
    }
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
    long together = norm.imagesTogether();
    double[][] parts = new double[norm.tasks()][2 * gammas.length];
    Parallel.ranges(
        norm.batch,
        together,
        (first, last) -> {
          double[] sums = parts[(int) (first / together)];
          norm.forEachStretch(
              first,
              last,
              (c, at, n) -> loop.sums(inputs, gradients, outputs, at, n, means[c], sums, 2 * c));
        });
    double count = (double) norm.batch * norm.spatial;
    float[] factors = new float[gammas.length];
    float[] tilts = new float[gammas.length];
    float[] shifts = new float[gammas.length];
    for (int c = 0; c < gammas.length; c++) {
      double sum = 0;
      double dot = 0;
      for (double[] part : parts) {
        sum += part[2 * c];
        dot += part[2 * c + 1];
      }
      double dotInverse = dot * inverses[c];
      betaSums.setAtIndex(FLOAT, c, (float) sum);
      gammaSums.setAtIndex(FLOAT, c, (float) dotInverse);
      factors[c] = gammas[c] * inverses[c];
      tilts[c] = (float) (-factors[c] * dotInverse * inverses[c] / count);
      shifts[c] = (float) (-factors[c] * sum / count);
    }
    Parallel.ranges(
        norm.batch,
        together,
        (first, last) ->
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
                        factors[c],
                        tilts[c],
                        shifts[c],
                        to)));
  }
}
