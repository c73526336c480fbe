package dev.espalier.cuda.bench;

import dev.espalier.tensor.Shape;

/**
 * {@code y = W x} with W [m, k], x [k, n], y [m, n].
 *
 * <p>Written {@code MxKxN}.
 */
record ProductLayer(int m, int k, int n) implements Layer {
  /** From {@code MxKxN}. */
  static ProductLayer of(String text) {
    String[] parts = text.split("x", -1);
    return new ProductLayer(
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
  }

  @Override
  public String kernel(Pass pass, boolean dense) {
    return dense ? "gemm" : pass == Pass.DW ? "sddmm" : "spmm";
  }

  @Override
  public String shape() {
    return "%dx%dx%d".formatted(m, k, n);
  }

  @Override
  public int rows() {
    return m;
  }

  @Override
  public int columns() {
    return k;
  }

  @Override
  public Shape input() {
    return Shape.of(k, n);
  }

  @Override
  public Shape output() {
    return Shape.of(m, n);
  }

  @Override
  public long uses() {
    return n;
  }

  @Override
  public void expected(
      Pass pass, long element, float[] weight, float[] x, float[] y, double[] sum) {
    int width = pass == Pass.DW ? k : n;
    int i = (int) (element / width);
    int j = (int) (element % width);
    switch (pass) {
      case FORWARD -> dot(weight, i * k, 1, x, j, n, k, sum);
      case DX -> dot(weight, i, k, y, j, n, m, sum);
      case DW -> dot(y, i * n, 1, x, j * n, 1, n, sum);
    }
  }

  private static void dot(
      float[] a, int atA, int stepA, float[] b, int atB, int stepB, int count, double[] sum) {
    double value = 0;
    double magnitude = 0;
    for (int t = 0; t < count; t++) {
      double term = (double) a[atA + t * stepA] * b[atB + t * stepB];
      value += term;
      magnitude += Math.abs(term);
    }
    sum[0] = value;
    sum[1] = magnitude;
    sum[2] = count;
  }
}
