package dev.espalier.tensor.cpu;

import dev.espalier.tensor.Tensor;

/**
 * Softmax and its logarithm along the last axis of contiguous tensors, with the row's maximum
 * subtracted first.
 */
final class ScalarSoftmax {
  private ScalarSoftmax() {}

  static void softmax(Tensor x, boolean log, Tensor out) {
    int width = x.dim(-1);
    double[] row = new double[width];
    Cells from = Cells.of(x);
    Cells to = Cells.of(out);
    for (long start = 0; start < x.size(); start += width) {
      from.read(start, width, row);
      softmaxRow(row, log);
      to.write(start, width, row);
    }
  }

  private static void softmaxRow(double[] row, boolean log) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : row) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      double power = Math.exp(row[i] - largest);
      row[i] = log ? row[i] : power;
      sum += power;
    }
    double shift = largest + Math.log(sum);
    for (int i = 0; i < row.length; i++) {
      row[i] = log ? row[i] - shift : row[i] / sum;
    }
  }

  static void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx) {
    int width = y.dim(-1);
    double[] ys = new double[width];
    double[] row = new double[width];
    Cells outputs = Cells.of(y);
    Cells gradients = Cells.of(dy);
    Cells to = Cells.of(dx);
    for (long start = 0; start < y.size(); start += width) {
      outputs.read(start, width, ys);
      gradients.read(start, width, row);
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += log ? row[i] : row[i] * ys[i];
      }
      for (int i = 0; i < width; i++) {
        row[i] = log ? row[i] - Math.exp(ys[i]) * sum : ys[i] * (row[i] - sum);
      }
      to.write(start, width, row);
    }
  }
}
