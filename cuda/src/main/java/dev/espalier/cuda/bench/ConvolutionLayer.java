package dev.espalier.cuda.bench;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A convolution of square images with square kernels.
 *
 * <p>Written {@code BATCHxCHANNELSxSIDE-OUTkKERNELsSTRIDEpPADDING}.
 */
record ConvolutionLayer(
    int batch, int channels, int side, int out, int kernel, int stride, int padding)
    implements Layer {
  private static final Pattern TEXT =
      Pattern.compile("(\\d+)x(\\d+)x(\\d+)-(\\d+)k(\\d+)s(\\d+)p(\\d+)");

  /** From {@link #shape}. */
  static ConvolutionLayer of(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("convolution: '%s' is not %s".formatted(text, TEXT));
    }
    int[] n = new int[parts.groupCount()];
    for (int i = 0; i < n.length; i++) {
      n[i] = Integer.parseInt(parts.group(i + 1));
    }
    return new ConvolutionLayer(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
  }

  @Override
  public String kernel(Pass pass, boolean dense) {
    return "conv2d";
  }

  @Override
  public String shape() {
    return "%dx%dx%d-%dk%ds%dp%d".formatted(batch, channels, side, out, kernel, stride, padding);
  }

  ConvSpec spec() {
    return ConvSpec.of(stride, padding);
  }

  int taps() {
    return kernel * kernel;
  }

  Shape weight() {
    return Shape.of(out, channels, kernel, kernel);
  }

  private int outSide() {
    return spec().outHeight(side, kernel);
  }

  @Override
  public int rows() {
    return out;
  }

  @Override
  public int columns() {
    return channels * kernel * kernel;
  }

  @Override
  public Shape input() {
    return Shape.of(batch, channels, side, side);
  }

  @Override
  public Shape output() {
    return Shape.of(batch, out, outSide(), outSide());
  }

  @Override
  public long uses() {
    return (long) batch * outSide() * outSide();
  }

  @Override
  public void expected(
      Pass pass, long element, float[] weight, float[] x, float[] y, double[] sum) {
    java.util.Arrays.fill(sum, 0);
    switch (pass) {
      case FORWARD -> forward(element, weight, x, sum);
      case DX -> gradientInput(element, weight, y, sum);
      case DW -> gradientWeight(element, x, y, sum);
    }
  }

  private static void add(double[] sum, double term) {
    sum[0] += term;
    sum[1] += Math.abs(term);
    sum[2]++;
  }

  private int x(int image, int channel, int row, int column) {
    return ((image * channels + channel) * side + row) * side + column;
  }

  private int y(int image, int channel, int row, int column) {
    return ((image * out + channel) * outSide() + row) * outSide() + column;
  }

  private int w(int o, int channel, int r, int c) {
    return ((o * channels + channel) * kernel + r) * kernel + c;
  }

  private boolean inside(int row, int column) {
    return row >= 0 && row < side && column >= 0 && column < side;
  }

  private void forward(long element, float[] weight, float[] values, double[] sum) {
    int[] at = place(element, out, outSide());
    for (int channel = 0; channel < channels; channel++) {
      for (int r = 0; r < kernel; r++) {
        for (int c = 0; c < kernel; c++) {
          int row = at[2] * stride - padding + r;
          int column = at[3] * stride - padding + c;
          if (inside(row, column)) {
            add(
                sum,
                (double) weight[w(at[1], channel, r, c)] * values[x(at[0], channel, row, column)]);
          }
        }
      }
    }
  }

  private void gradientInput(long element, float[] weight, float[] gradient, double[] sum) {
    int[] at = place(element, channels, side);
    for (int o = 0; o < out; o++) {
      for (int r = 0; r < kernel; r++) {
        for (int c = 0; c < kernel; c++) {
          int row = at[2] + padding - r;
          int column = at[3] + padding - c;
          if (row % stride == 0
              && column % stride == 0
              && row >= 0
              && column >= 0
              && row / stride < outSide()
              && column / stride < outSide()) {
            add(
                sum,
                (double) weight[w(o, at[1], r, c)]
                    * gradient[y(at[0], o, row / stride, column / stride)]);
          }
        }
      }
    }
  }

  private void gradientWeight(long element, float[] values, float[] gradient, double[] sum) {
    int c = (int) (element % kernel);
    int r = (int) (element / kernel % kernel);
    int channel = (int) (element / kernel / kernel % channels);
    int o = (int) (element / kernel / kernel / channels);
    for (int image = 0; image < batch; image++) {
      for (int i = 0; i < outSide(); i++) {
        for (int j = 0; j < outSide(); j++) {
          int row = i * stride - padding + r;
          int column = j * stride - padding + c;
          if (inside(row, column)) {
            add(sum, (double) gradient[y(image, o, i, j)] * values[x(image, channel, row, column)]);
          }
        }
      }
    }
  }

  /** Image, channel, row and column of an element. */
  private static int[] place(long element, int channels, int side) {
    int column = (int) (element % side);
    int row = (int) (element / side % side);
    int channel = (int) (element / side / side % channels);
    return new int[] {(int) (element / side / side / channels), channel, row, column};
  }
}
