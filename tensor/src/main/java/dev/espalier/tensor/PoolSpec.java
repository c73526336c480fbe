package dev.espalier.tensor;

/**
 * A pooling window: kernel, stride and zero padding (each height, width).
 *
 * <p>PyTorch: the arguments of {@code torch.nn.functional.max_pool2d} with {@code ceil_mode=False}.
 */
public record PoolSpec(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {
  public PoolSpec {
    if (kernelH < 1
        || kernelW < 1
        || strideH < 1
        || strideW < 1
        || padH < 0
        || padW < 0
        || padH > kernelH / 2
        || padW > kernelW / 2) {
      throw new IllegalArgumentException(
          "pool2d: kernel and stride must be >= 1 and 0 <= padding <= kernel / 2, but kernel (%d, %d), stride (%d, %d), padding (%d, %d)"
              .formatted(kernelH, kernelW, strideH, strideW, padH, padW));
    }
  }

  /** A square window. */
  public static PoolSpec of(int kernel, int stride) {
    return new PoolSpec(kernel, kernel, stride, stride, 0, 0);
  }

  public int outHeight(int height) {
    return extent(height, kernelH, strideH, padH);
  }

  public int outWidth(int width) {
    return extent(width, kernelW, strideW, padW);
  }

  private static int extent(int in, int kernel, int stride, int pad) {
    int span = in + 2 * pad - kernel;
    return span < 0 ? 0 : span / stride + 1;
  }
}
