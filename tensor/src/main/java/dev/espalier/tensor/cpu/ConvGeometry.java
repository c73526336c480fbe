package dev.espalier.tensor.cpu;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Tensor;

/**
 * The extents of one convolution and which outputs a kernel tap reaches without touching the
 * padding.
 */
record ConvGeometry(
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

  static ConvGeometry of(Tensor x, Tensor w, Tensor out, ConvSpec spec) {
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

  int inPerGroup() {
    return inChannels / spec.groups();
  }

  int outPerGroup() {
    return outChannels / spec.groups();
  }

  int inPlane() {
    return height * width;
  }

  int outPlane() {
    return outHeight * outWidth;
  }

  int taps() {
    return kernelH * kernelW;
  }

  /** First input channel that output channel {@code o} sees. */
  int firstInput(int o) {
    return o / outPerGroup() * inPerGroup();
  }

  /** Input row of output row 0 at kernel row {@code i}; may be negative. */
  int rowOffset(int i) {
    return i * spec.dilationH() - spec.padH();
  }

  /** Input column of output column 0 at kernel column {@code j}; may be negative. */
  int columnOffset(int j) {
    return j * spec.dilationW() - spec.padW();
  }

  /**
   * The first output position whose input position {@code offset + position stride} is not
   * negative.
   */
  static int first(int offset, int stride) {
    return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  }

  /** One past the last output position whose input position lies below {@code extent}. */
  static int end(int offset, int stride, int extent, int outputs) {
    return offset >= extent ? 0 : Math.min(outputs, (extent - 1 - offset) / stride + 1);
  }
}
