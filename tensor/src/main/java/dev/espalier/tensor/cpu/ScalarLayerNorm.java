package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;

/** Layer normalisation over the last axis of contiguous [R, D]. */
final class ScalarLayerNorm {
  private ScalarLayerNorm() {}

  static void forward(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    int width = x.dim(1);
    double[] gammas = Cells.toArray(gamma);
    double[] betas = Cells.toArray(beta);
    Cells from = Cells.of(x);
    Cells to = Cells.of(out);
    Cells means = Cells.of(mean);
    Cells inverses = Cells.of(invStd);
    double[] row = new double[width];
    for (int r = 0; r < x.dim(0); r++) {
      from.read((long) r * width, width, row);
      double sum = 0;
      for (double value : row) {
        sum += value;
      }
      double center = sum / width;
      double squares = 0;
      for (double value : row) {
        squares += (value - center) * (value - center);
      }
      double inverse = 1 / Math.sqrt(squares / width + eps);
      for (int i = 0; i < width; i++) {
        row[i] = gammas[i] * (row[i] - center) * inverse + betas[i];
      }
      to.write((long) r * width, width, row);
      means.set(r, center);
      inverses.set(r, inverse);
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
    int width = x.dim(1);
    double[] gammas = Cells.toArray(gamma);
    double[] means = Cells.toArray(mean);
    double[] inverses = Cells.toArray(invStd);
    double[] gammaSums = new double[width];
    double[] betaSums = new double[width];
    double[] normalised = new double[width];
    double[] gradients = new double[width];
    for (int r = 0; r < x.dim(0); r++) {
      long start = (long) r * width;
      Cells.of(x).read(start, width, normalised);
      Cells.of(dy).read(start, width, gradients);
      double sum = 0;
      double product = 0;
      for (int i = 0; i < width; i++) {
        normalised[i] = (normalised[i] - means[r]) * inverses[r];
        gammaSums[i] += gradients[i] * normalised[i];
        betaSums[i] += gradients[i];
        gradients[i] *= gammas[i];
        sum += gradients[i];
        product += gradients[i] * normalised[i];
      }
      for (int i = 0; i < width; i++) {
        gradients[i] = inverses[r] * (gradients[i] - (sum + normalised[i] * product) / width);
      }
      Cells.of(dx).write(start, width, gradients);
    }
    Cells.of(dgamma).writeAll(gammaSums);
    Cells.of(dbeta).writeAll(betaSums);
  }
}
