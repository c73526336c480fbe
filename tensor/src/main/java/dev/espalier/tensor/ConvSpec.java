package dev.espalier.tensor;

/**
 * How a two-dimensional convolution moves over its input: stride, zero padding, dilation (each
 * height, width) and groups.
 *
 * <p>Output extent: {@code floor((in + 2 pad - dilation (kernel - 1) - 1) / stride) + 1}. PyTorch:
 * the arguments of {@code torch.nn.functional.conv2d}.
 */
public record ConvSpec(
    int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
  /** Stride 1, no padding, one group. */
  public static final ConvSpec DEFAULT = new ConvSpec(1, 1, 0, 0, 1, 1, 1);

  public ConvSpec {
    if (strideH < 1
        || strideW < 1
        || dilationH < 1
        || dilationW < 1
        || groups < 1
        || padH < 0
        || padW < 0) {
      throw new IllegalArgumentException(
          "conv2d: stride, dilation and groups must be >= 1 and padding >= 0, but stride (%d, %d), padding (%d, %d), dilation (%d, %d), groups %d"
              .formatted(strideH, strideW, padH, padW, dilationH, dilationW, groups));
    }
  }

  /** A square specification with one group and no dilation. */
  public static ConvSpec of(int stride, int padding) {
    return new ConvSpec(stride, stride, padding, padding, 1, 1, 1);
  }

  public ConvSpec withGroups(int count) {
    return new ConvSpec(strideH, strideW, padH, padW, dilationH, dilationW, count);
  }

  public ConvSpec withDilation(int dilation) {
    return new ConvSpec(strideH, strideW, padH, padW, dilation, dilation, groups);
  }

  /**
   * Whether a kernel of this size reads, for each output position, the one input position at its
   * place, all channels of it: then the convolution is the product of a matrix with each pixel.
   */
  public boolean isPointwise(int kernelH, int kernelW) {
    return kernelH == 1
        && kernelW == 1
        && groups == 1
        && strideH == 1
        && strideW == 1
        && padH == 0
        && padW == 0;
  }

  public int outHeight(int height, int kernelH) {
    return extent(height, kernelH, strideH, padH, dilationH);
  }

  public int outWidth(int width, int kernelW) {
    return extent(width, kernelW, strideW, padW, dilationW);
  }

  private static int extent(int in, int kernel, int stride, int pad, int dilation) {
    int span = in + 2 * pad - dilation * (kernel - 1) - 1;
    return span < 0 ? 0 : span / stride + 1;
  }
}
