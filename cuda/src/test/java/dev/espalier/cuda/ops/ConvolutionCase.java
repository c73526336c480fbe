package dev.espalier.cuda.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One convolution of tests, whose weight has blocks of that size, with loops over every index. */
record ConvolutionCase(
    int n, int c, int h, int w, int o, int kernel, ConvSpec spec, int height, int width) {
  Shape x() {
    return Shape.of(n, c, h, w);
  }

  Shape weight() {
    return Shape.of(o, c / spec.groups(), kernel, kernel);
  }

  Shape y() {
    return Shape.of(n, o, spec.outHeight(h, kernel), spec.outWidth(w, kernel));
  }

  int columns() {
    return c / spec.groups() * kernel * kernel;
  }

  /** Visits every triple of positions in x, w and y that are multiplied and added. */
  void forEachTerm(Term term) {
    int perGroup = c / spec.groups();
    int outH = y().dim(2);
    int outW = y().dim(3);
    int taps = kernel * kernel;
    for (int i = 0; i < n * o * perGroup * taps; i++) {
      int tap = i % taps;
      int part = i / taps % perGroup;
      int filter = i / taps / perGroup % o;
      int image = i / taps / perGroup / o;
      int channel = filter / (o / spec.groups()) * perGroup + part;
      for (int p = 0; p < outH * outW; p++) {
        int row = p / outW * spec.strideH() + tap / kernel * spec.dilationH() - spec.padH();
        int column = p % outW * spec.strideW() + tap % kernel * spec.dilationW() - spec.padW();
        if (row >= 0 && row < h && column >= 0 && column < w) {
          term.visit(
              ((image * c + channel) * h + row) * w + column,
              (filter * perGroup + part) * taps + tap,
              (image * o + filter) * outH * outW + p);
        }
      }
    }
  }

  interface Term {
    void visit(int x, int w, int y);
  }

  /** Sums in float64 and the sums of their terms' sizes. */
  record Sums(double[] values, double[] sizes) {
    static Sums of(long count) {
      return new Sums(new double[Math.toIntExact(count)], new double[Math.toIntExact(count)]);
    }

    void add(int at, double term) {
      values[at] += term;
      sizes[at] += Math.abs(term);
    }
  }

  /** Every size of block, stride, padding, dilation and group; tiles that are not full. */
  static List<ConvolutionCase> all() {
    ConvSpec same = ConvSpec.of(1, 1);
    ConvSpec half = ConvSpec.of(2, 1);
    List<ConvolutionCase> cases = new ArrayList<>();
    for (int b : new int[] {8, 16, 32, 64}) {
      cases.add(new ConvolutionCase(2, b, 7, 5, 2 * b, 1, ConvSpec.DEFAULT, b, b));
      cases.add(new ConvolutionCase(1, b, 5, 9, 2 * b, 3, same, b, 9 * b));
    }
    cases.add(new ConvolutionCase(2, 32, 7, 7, 24, 3, same, 8, 8));
    cases.add(new ConvolutionCase(1, 48, 9, 8, 32, 3, half, 16, 16));
    cases.add(new ConvolutionCase(1, 32, 4, 17, 64, 3, half, 32, 32));
    cases.add(new ConvolutionCase(1, 64, 3, 3, 64, 3, same, 64, 64));
    cases.add(new ConvolutionCase(3, 24, 11, 13, 16, 3, half, 8, 72));
    cases.add(new ConvolutionCase(1, 16, 1, 1, 16, 3, same, 16, 144));
    cases.add(new ConvolutionCase(1, 16, 1, 1, 8, 1, ConvSpec.DEFAULT, 8, 16));
    cases.add(new ConvolutionCase(2, 16, 16, 16, 8, 1, ConvSpec.DEFAULT, 8, 8));
    cases.add(new ConvolutionCase(1, 16, 8, 15, 16, 1, ConvSpec.of(2, 0), 16, 16));
    cases.add(new ConvolutionCase(1, 8, 6, 5, 8, 1, ConvSpec.of(1, 2), 8, 8));
    cases.add(new ConvolutionCase(1, 16, 12, 11, 8, 3, new ConvSpec(2, 3, 0, 4, 2, 1, 1), 8, 72));
    cases.add(new ConvolutionCase(2, 32, 6, 7, 32, 3, same.withGroups(2), 16, 72));
    cases.add(new ConvolutionCase(1, 8, 10, 9, 8, 3, ConvSpec.of(1, 2).withDilation(2), 8, 24));
    cases.add(new ConvolutionCase(1, 8, 7, 6, 16, 5, ConvSpec.of(2, 2), 16, 8));
    cases.add(new ConvolutionCase(1, 8, 4, 6, 8, 2, ConvSpec.of(2, 0), 8, 32));
    cases.add(new ConvolutionCase(0, 8, 4, 4, 8, 3, same, 8, 8));
    cases.add(new ConvolutionCase(1, 8, 2, 2, 8, 3, ConvSpec.DEFAULT, 8, 8));
    return cases;
  }

  /** Full rows, rows with their last block alone and empty ones, in turn, from `first` on. */
  BsrPattern pattern(int first) {
    int rows = o / height;
    int columns = columns() / width;
    int[] offsets = new int[rows + 1];
    int[] indices = new int[rows * columns];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int kind = (row + first) % 3;
        if (kind == 0 || kind == 1 && column == columns - 1) {
          indices[at++] = column;
        }
      }
      offsets[row + 1] = at;
    }
    CsrPattern grid = CsrPattern.of(rows, columns, offsets, Arrays.copyOf(indices, at));
    return new BsrPattern(grid, height, width);
  }

  /** From each beginning. */
  List<BsrPattern> patterns() {
    return List.of(pattern(0), pattern(1), pattern(2));
  }

  /** The whole weight with the stored values at their positions. */
  double[] dense(BsrPattern pattern, float[] values) {
    double[] dense = new double[Math.toIntExact(weight().size())];
    int[] positions = pattern.flatPositions();
    for (int p = 0; p < positions.length; p++) {
      dense[positions[p]] = values[p];
    }
    return dense;
  }
}
