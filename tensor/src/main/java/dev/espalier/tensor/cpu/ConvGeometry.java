package dev.espalier.tensor.cpu;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * The extents of one convolution and which outputs a kernel tap reaches without touching the
 * padding.
 */
public record ConvGeometry(
    ConvSpec spec,
    int batch,
    int inChannels,
    int height,
    int width,
    int outChannels,
    int outHeight,
    int outWidth,
    int kernelH,
    int kernelW) {

  public ConvGeometry {
    if (batch < 0
        || inChannels < 0
        || outChannels < 0
        || height < 0
        || width < 0
        || kernelH < 1
        || kernelW < 1) {
      throw new IllegalArgumentException(
          "conv2d: extents must not be negative and the kernel not empty, but batch %d,"
                  .formatted(batch)
              + " %d -> %d channels, %d×%d input, %d×%d kernel"
                  .formatted(inChannels, outChannels, height, width, kernelH, kernelW));
    }
    if (inChannels % spec.groups() != 0 || outChannels % spec.groups() != 0) {
      throw new IllegalArgumentException(
          "conv2d: %d groups do not divide %d input and %d output channels"
              .formatted(spec.groups(), inChannels, outChannels));
    }
    if (outHeight != spec.outHeight(height, kernelH) || outWidth != spec.outWidth(width, kernelW)) {
      throw new IllegalArgumentException(
          "conv2d: the output of %s is %d×%d, not %d×%d"
              .formatted(
                  spec,
                  spec.outHeight(height, kernelH),
                  spec.outWidth(width, kernelW),
                  outHeight,
                  outWidth));
    }
  }

  /** The geometry that follows from input and kernel extents. */
  public static ConvGeometry of(
      ConvSpec spec,
      int batch,
      int inChannels,
      int height,
      int width,
      int outChannels,
      int kernelH,
      int kernelW) {
    return new ConvGeometry(
        spec,
        batch,
        inChannels,
        height,
        width,
        outChannels,
        spec.outHeight(height, kernelH),
        spec.outWidth(width, kernelW),
        kernelH,
        kernelW);
  }

  public static ConvGeometry of(Tensor x, Tensor w, Tensor out, ConvSpec spec) {
    return of(x, w.shape(), out, spec);
  }

  /** As {@link #of(Tensor, Tensor, Tensor, ConvSpec)} for a weight of this shape. */
  public static ConvGeometry of(Tensor x, Shape w, Tensor out, ConvSpec spec) {
    return new ConvGeometry(
        spec,
        x.dim(0),
        x.dim(1),
        x.dim(2),
        x.dim(3),
        out.dim(1),
        out.dim(2),
        out.dim(3),
        w.dim(2),
        w.dim(3));
  }

  public int inPerGroup() {
    return inChannels / spec.groups();
  }

  public int outPerGroup() {
    return outChannels / spec.groups();
  }

  public int inPlane() {
    return height * width;
  }

  public int outPlane() {
    return outHeight * outWidth;
  }

  public int taps() {
    return kernelH * kernelW;
  }

  /** First input channel that output channel {@code o} sees. */
  public int firstInput(int o) {
    return o / outPerGroup() * inPerGroup();
  }

  /** Input row of output row 0 at kernel row {@code i}; may be negative. */
  public int rowOffset(int i) {
    return i * spec.dilationH() - spec.padH();
  }

  /** Input column of output column 0 at kernel column {@code j}; may be negative. */
  public int columnOffset(int j) {
    return j * spec.dilationW() - spec.padW();
  }

  /**
   * The first output position whose input position {@code offset + position stride} is not
   * negative.
   */
  public static int first(int offset, int stride) {
    return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  }

  /** One past the last output position whose input position lies below {@code extent}. */
  public static int end(int offset, int stride, int extent, int outputs) {
    return offset >= extent ? 0 : Math.min(outputs, (extent - 1 - offset) / stride + 1);
  }
}
