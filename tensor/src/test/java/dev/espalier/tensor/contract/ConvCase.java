package dev.espalier.tensor.contract;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import java.util.List;

/** One convolution: extents and specification. */
record ConvCase(int n, int c, int h, int w, int o, int kh, int kw, ConvSpec spec) {
  static final List<ConvCase> CASES =
      List.of(
          new ConvCase(2, 3, 5, 7, 4, 3, 3, ConvSpec.of(1, 1)),
          new ConvCase(1, 1, 1, 1, 1, 1, 1, ConvSpec.DEFAULT),
          new ConvCase(3, 5, 6, 6, 7, 1, 1, ConvSpec.DEFAULT),
          new ConvCase(1, 5, 6, 5, 3, 1, 1, ConvSpec.of(2, 0)),
          new ConvCase(2, 4, 8, 9, 6, 3, 3, ConvSpec.of(2, 1)),
          new ConvCase(1, 2, 11, 4, 3, 5, 2, new ConvSpec(3, 1, 2, 0, 1, 1, 1)),
          new ConvCase(1, 2, 9, 10, 2, 3, 3, ConvSpec.of(1, 2).withDilation(2)),
          new ConvCase(2, 6, 7, 7, 4, 3, 3, ConvSpec.of(1, 1).withGroups(2)),
          new ConvCase(2, 5, 8, 8, 5, 3, 3, ConvSpec.of(1, 1).withGroups(5)),
          new ConvCase(1, 3, 9, 9, 6, 5, 5, ConvSpec.of(2, 2).withGroups(3)),
          new ConvCase(1, 2, 2, 2, 2, 5, 5, ConvSpec.of(1, 3)),
          new ConvCase(1, 3, 4, 70, 5, 1, 7, new ConvSpec(1, 1, 0, 3, 1, 1, 1)),
          new ConvCase(2, 17, 4, 4, 33, 3, 3, ConvSpec.of(1, 1)),
          new ConvCase(1, 1, 28, 28, 6, 5, 5, ConvSpec.of(1, 2)),
          new ConvCase(0, 2, 4, 4, 3, 3, 3, ConvSpec.of(1, 1)),
          new ConvCase(2, 0, 4, 4, 3, 3, 3, ConvSpec.of(1, 1)),
          new ConvCase(2, 2, 4, 4, 0, 3, 3, ConvSpec.of(1, 1)));

  /** Visits every triple of positions in x, w and y that the convolution multiplies and adds. */
  interface Term {
    void visit(int x, int w, int y);
  }

  Shape x() {
    return Shape.of(n, c, h, w);
  }

  Shape weight() {
    return Shape.of(o, c / spec.groups(), kh, kw);
  }

  Shape y() {
    return Shape.of(n, o, spec.outHeight(h, kh), spec.outWidth(w, kw));
  }

  int terms() {
    return n * c * kh * kw + o * kh * kw + y().dim(2) * y().dim(3) * n;
  }

  void forEachTerm(Term term) {
    int perGroup = c / spec.groups();
    int height = y().dim(2);
    int width = y().dim(3);
    for (int image = 0; image < n; image++) {
      for (int filter = 0; filter < o; filter++) {
        for (int part = 0; part < perGroup; part++) {
          int channel = filter / (o / spec.groups()) * perGroup + part;
          for (int tap = 0; tap < kh * kw; tap++) {
            for (int out = 0; out < height * width; out++) {
              int row = out / width * spec.strideH() + tap / kw * spec.dilationH() - spec.padH();
              int column = out % width * spec.strideW() + tap % kw * spec.dilationW() - spec.padW();
              if (row >= 0 && row < h && column >= 0 && column < w) {
                term.visit(
                    ((image * c + channel) * h + row) * w + column,
                    (filter * perGroup + part) * kh * kw + tap,
                    (image * o + filter) * height * width + out);
              }
            }
          }
        }
      }
    }
  }
}
