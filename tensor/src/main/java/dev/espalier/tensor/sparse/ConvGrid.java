package dev.espalier.tensor.sparse;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.util.Objects;

/**
 * The geometry on which a sparse convolution is a sparse matrix product over shifted images, with
 * nothing copied per kernel tap.
 *
 * <p>All images of a batch lie in one zero-padded sheet per channel, [N, rows, pitch], so that the
 * tap (i, j) of every output position at once is the sheet shifted by {@code i pitch + j}: one
 * contiguous run of {@link #columns} values. A stride s splits the padded image into s × s phases
 * (every s-th row and column), inside which it is 1 again. With stride 1 the padding after a row is
 * the padding before the next. Positions of a sheet that are no output positions are computed and
 * thrown away.
 *
 * <p>Source: Park et al., "Faster CNNs with Direct Sparse Convolutions and Guided Pruning", 2017
 * (stretched offsets on padded input); Elsen et al., "Fast Sparse ConvNets", 2020 (sparse times
 * dense over channel-major images).
 */
public final class ConvGrid {
  /** Elements of a cache line of 64 bytes. */
  private static final int LINE = 16;

  private final Shape input;
  private final Shape weight;
  private final ConvSpec spec;
  private final int outHeight;
  private final int outWidth;
  private final int rows;
  private final int pitch;

  /**
   * @param input [N, C, H, W]
   * @param weight [O, C / groups, kh, kw]; shapes are checked by the caller
   */
  public ConvGrid(Shape input, Shape weight, ConvSpec spec) {
    this.input = input;
    this.weight = weight;
    this.spec = spec;
    this.outHeight = spec.outHeight(input.dim(2), weight.dim(2));
    this.outWidth = spec.outWidth(input.dim(3), weight.dim(3));
    this.rows = extent(outHeight, weight.dim(2), spec.strideH(), spec.dilationH(), spec.padH());
    this.pitch = extent(outWidth, weight.dim(3), spec.strideW(), spec.dilationW(), spec.padW());
    long largest = Math.max(sheets(), weight.dim(0)) * columns() + maxShift();
    if (weight.size() == 0 || input.size() == 0) {
      throw new IllegalArgumentException(
          "sparse conv2d: input %s and weight %s must not be empty; skip the layer"
              .formatted(input, weight));
    }
    if (Math.max(largest, input.size()) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "sparse conv2d: the padded images of input %s (weight %s, %s) have more than 2^31 - 1 elements; use smaller batches"
              .formatted(input, weight, spec));
    }
  }

  /**
   * Rows (or columns) of one phase of a padded image; neighbours share padding where no two taps
   * would then coincide.
   */
  private static int extent(int out, int kernel, int stride, int dilation, int pad) {
    int reach = (kernel - 1) * dilation / stride;
    int shared = stride == 1 ? Math.min(pad, reach) : 0;
    return out + reach - (out > shared ? shared : 0);
  }

  /**
   * Output positions on the sheet, the useless ones included: the columns of the product. A whole
   * number of cache lines, so that sheets are aligned and vector kernels have no remainder.
   */
  public long columns() {
    return Math.ceilDiv((long) input.dim(0) * rows * pitch, LINE) * LINE;
  }

  /** Sheets of the input: phases × channels. */
  public long sheets() {
    return (long) spec.strideH() * spec.strideW() * input.dim(1);
  }

  /** The largest distance between a tap and its output position on the sheet. */
  public int maxShift() {
    return (weight.dim(2) - 1) * spec.dilationH() / spec.strideH() * pitch
        + (weight.dim(3) - 1) * spec.dilationW() / spec.strideW();
  }

  /** [N, O, H', W']. */
  public Shape output() {
    return Shape.of(input.dim(0), weight.dim(0), outHeight, outWidth);
  }

  /** [N, C, H, W]. */
  public Shape input() {
    return input;
  }

  /** [O, C / groups, kh, kw]. */
  public Shape weight() {
    return weight;
  }

  /** The input sheet that a tap of an output channel reads. */
  int sheet(int outChannel, int inGroupChannel, int i, int j) {
    int channel = outChannel / (weight.dim(0) / spec.groups()) * weight.dim(1) + inGroupChannel;
    int phase =
        i * spec.dilationH() % spec.strideH() * spec.strideW()
            + j * spec.dilationW() % spec.strideW();
    return phase * input.dim(1) + channel;
  }

  /** How far after an output position on its sheet a tap reads. */
  int shift(int i, int j) {
    return i * spec.dilationH() / spec.strideH() * pitch + j * spec.dilationW() / spec.strideW();
  }

  // ---- moving images onto sheets and back

  /** Whether the sheets are the image itself, so that nothing moves: one image, 1×1, no padding. */
  private boolean isImage() {
    return input.dim(0) == 1
        && spec.strideH() * spec.strideW() == 1
        && rows == input.dim(2)
        && pitch == input.dim(3)
        && maxShift() == 0
        && columns() == (long) rows * pitch;
  }

  /**
   * The input, of any strides, on its sheets, [sheets · columns + maxShift], zero where there is
   * padding.
   */
  public Tensor inputSheets(Tensor x) {
    if (isImage()) {
      return x.reshape((int) x.size());
    }
    try (var scope = Scope.open("sparse conv2d")) {
      int length = (int) (sheets() * columns()) + maxShift();
      Tensor sheets = Tensor.zeros(x.dtype(), Shape.of(length));
      forEachPhase(sheets, x, Tensor::copyFrom);
      return scope.keep(sheets);
    }
  }

  /**
   * The input gradient out of its sheets [sheets, columns]; zero where no output reads the input.
   */
  public Tensor inputFrom(Tensor sheets) {
    if (isImage()) {
      return sheets.reshape(input);
    }
    try (var scope = Scope.open("sparse conv2d")) {
      Tensor images = Tensor.zeros(sheets.dtype(), input);
      forEachPhase(sheets, images, (onSheets, inImages) -> inImages.copyFrom(onSheets));
      return scope.keep(images);
    }
  }

  /** The output gradient on its sheets, after {@link #maxShift} zeros: [maxShift + O · columns]. */
  public Tensor outputSheets(Tensor dy) {
    if (isImage()) {
      return dy.reshape((int) dy.size());
    }
    try (var scope = Scope.open("sparse conv2d")) {
      int length = (int) (weight.dim(0) * columns());
      Tensor sheets = Tensor.zeros(dy.dtype(), Shape.of(maxShift() + length));
      validOutputs(sheets.narrow(0, maxShift(), length)).copyFrom(dy);
      return scope.keep(sheets);
    }
  }

  /** The output gradient as the matrix [O, columns], zero where the sheet holds no output. */
  public Tensor outputMatrix(Tensor dy) {
    if (isImage()) {
      return dy.reshape(weight.dim(0), (int) columns());
    }
    Tensor product = Tensor.zeros(dy.dtype(), Shape.of(weight.dim(0), (int) columns()));
    try (Tensor valid = validOutputs(product)) {
      valid.copyFrom(dy);
    }
    return product;
  }

  /** Copies the output [N, O, H', W'] out of the product [O, columns]; out of any strides. */
  public void outputFrom(Tensor product, Tensor out) {
    try (Tensor valid = isImage() ? product.reshape(output()) : validOutputs(product)) {
      out.copyFrom(valid);
    }
  }

  /**
   * A view whose row k is {@code sheets} from element k on, with {@link #columns} columns; the
   * column indices of a {@link ConvPattern} are its rows.
   */
  public Tensor shifted(Tensor sheets) {
    int columns = (int) columns();
    return sheets.asStrided(Shape.of(sheets.dim(0) - columns + 1, columns), 1, 1);
  }

  private Tensor validOutputs(Tensor sheets) {
    return sheets.asStrided(output(), (long) rows * pitch, columns(), pitch, 1);
  }

  private interface Move {
    void between(Tensor onSheets, Tensor inImages);
  }

  /**
   * Visits each phase as two views of one shape [N, C, rows, columns], on the sheets and in the
   * images.
   */
  private void forEachPhase(Tensor sheets, Tensor images, Move move) {
    for (int r = 0; r < spec.strideH(); r++) {
      Span high = Span.of(r, spec.strideH(), spec.padH(), input.dim(2), rows);
      for (int c = 0; c < spec.strideW(); c++) {
        Span wide = Span.of(c, spec.strideW(), spec.padW(), input.dim(3), pitch);
        Shape shape = Shape.of(input.dim(0), input.dim(1), high.length, wide.length);
        if (shape.size() > 0) {
          long phase = (long) (r * spec.strideW() + c) * input.dim(1) * columns();
          move.between(
              from(sheets, phase + (long) high.onSheet * pitch + wide.onSheet)
                  .asStrided(shape, (long) rows * pitch, columns(), pitch, 1),
              images
                  .narrow(2, high.inImage, input.dim(2) - high.inImage)
                  .narrow(3, wide.inImage, input.dim(3) - wide.inImage)
                  .asStrided(
                      shape,
                      images.stride(0),
                      images.stride(1),
                      spec.strideH() * images.stride(2),
                      spec.strideW() * images.stride(3)));
        }
      }
    }
  }

  private static Tensor from(Tensor contiguous, long start) {
    int size = (int) contiguous.size();
    return contiguous.reshape(size).narrow(0, (int) start, (int) (size - start));
  }

  /** The stretch of image rows (or columns) that lies on one phase. */
  private record Span(int onSheet, int inImage, int length) {
    static Span of(int phase, int stride, int pad, int imageExtent, int sheetExtent) {
      int onSheet = Math.max(0, Math.ceilDiv(pad - phase, stride));
      int inImage = onSheet * stride + phase - pad;
      int available = inImage < imageExtent ? (imageExtent - 1 - inImage) / stride + 1 : 0;
      return new Span(onSheet, inImage, Math.clamp(sheetExtent - onSheet, 0, available));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConvGrid that
        && input.equals(that.input)
        && weight.equals(that.weight)
        && spec.equals(that.spec);
  }

  @Override
  public int hashCode() {
    return Objects.hash(input, weight, spec);
  }

  @Override
  public String toString() {
    return "ConvGrid(input %s, weight %s, %s)".formatted(input, weight, spec);
  }
}
