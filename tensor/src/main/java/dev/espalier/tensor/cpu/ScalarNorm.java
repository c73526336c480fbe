package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;
import java.util.function.LongConsumer;

/** Per-channel statistics and batch normalisation of contiguous [N, C, S]. */
final class ScalarNorm {
  private final long batch;
  private final int channels;
  private final long spatial;

  private ScalarNorm(Tensor x) {
    this.batch = x.dim(0);
    this.channels = x.dim(1);
    long planes = batch * channels;
    this.spatial = planes == 0 ? 0 : x.size() / planes;
  }

  /** Visits the blocks of one channel. */
  private void blocks(int channel, int[] length, LongConsumer visit) {
    for (long n = 0; n < batch; n++) {
      long plane = (n * channels + channel) * spatial;
      for (long done = 0; done < spatial; done += Cells.BLOCK) {
        length[0] = (int) Math.min(Cells.BLOCK, spatial - done);
        visit.accept(plane + done);
      }
    }
  }

  static void channelStats(Tensor x, Tensor mean, Tensor variance) {
    var norm = new ScalarNorm(x);
    Cells from = Cells.of(x);
    Cells means = Cells.of(mean);
    Cells variances = Cells.of(variance);
    double count = (double) norm.batch * norm.spatial;
    double[] block = new double[Cells.BLOCK];
    int[] length = new int[1];
    double[] sum = new double[1];
    for (int channel = 0; channel < norm.channels; channel++) {
      sum[0] = 0;
      norm.blocks(
          channel,
          length,
          start -> {
            from.read(start, length[0], block);
            double part = 0;
            for (int i = 0; i < length[0]; i++) {
              part += block[i];
            }
            sum[0] += part;
          });
      double center = sum[0] / count;
      sum[0] = 0;
      norm.blocks(
          channel,
          length,
          start -> {
            from.read(start, length[0], block);
            double part = 0;
            for (int i = 0; i < length[0]; i++) {
              part += (block[i] - center) * (block[i] - center);
            }
            sum[0] += part;
          });
      means.set(channel, center);
      variances.set(channel, sum[0] / count);
    }
  }

  static void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    var norm = new ScalarNorm(x);
    double[] scales = Cells.toArray(scale);
    double[] shifts = Cells.toArray(shift);
    Cells from = Cells.of(x);
    Cells to = Cells.of(out);
    double[] block = new double[Cells.BLOCK];
    int[] length = new int[1];
    for (int channel = 0; channel < norm.channels; channel++) {
      double factor = scales[channel];
      double offset = shifts[channel];
      norm.blocks(
          channel,
          length,
          start -> {
            from.read(start, length[0], block);
            for (int i = 0; i < length[0]; i++) {
              double value = factor * block[i] + offset;
              block[i] = relu ? Math.max(value, 0) : value;
            }
            to.write(start, length[0], block);
          });
    }
  }

  /** Zeroes gradients where the ReLU whose outputs are given passes nothing; none if null. */
  private static void passRelu(Cells outputs, long start, int n, double[] gradients) {
    if (outputs == null) {
      return;
    }
    double[] ys = new double[Cells.BLOCK];
    outputs.read(start, n, ys);
    for (int i = 0; i < n; i++) {
      gradients[i] = ys[i] > 0 ? gradients[i] : 0;
    }
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
    var norm = new ScalarNorm(x);
    double[] gammas = Cells.toArray(gamma);
    double[] means = Cells.toArray(mean);
    double[] invStds = Cells.toArray(invStd);
    double count = (double) norm.batch * norm.spatial;
    Cells inputs = Cells.of(x);
    Cells gradients = Cells.of(dy);
    Cells outputs = y == null ? null : Cells.of(y);
    Cells to = Cells.of(dx);
    double[] xs = new double[Cells.BLOCK];
    double[] dys = new double[Cells.BLOCK];
    int[] length = new int[1];
    for (int channel = 0; channel < norm.channels; channel++) {
      double center = means[channel];
      double inverse = invStds[channel];
      double[] sums = new double[2];
      norm.blocks(
          channel,
          length,
          start -> {
            inputs.read(start, length[0], xs);
            gradients.read(start, length[0], dys);
            passRelu(outputs, start, length[0], dys);
            for (int i = 0; i < length[0]; i++) {
              sums[0] += dys[i];
              sums[1] += dys[i] * (xs[i] - center) * inverse;
            }
          });
      double factor = gammas[channel] * inverse;
      norm.blocks(
          channel,
          length,
          start -> {
            inputs.read(start, length[0], xs);
            gradients.read(start, length[0], dys);
            passRelu(outputs, start, length[0], dys);
            for (int i = 0; i < length[0]; i++) {
              double normalised = (xs[i] - center) * inverse;
              dys[i] = factor * (dys[i] - (sums[0] + normalised * sums[1]) / count);
            }
            to.write(start, length[0], dys);
          });
      Cells.of(dbeta).set(channel, sums[0]);
      Cells.of(dgamma).set(channel, sums[1]);
    }
  }
}
