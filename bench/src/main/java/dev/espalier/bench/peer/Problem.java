package dev.espalier.bench.peer;

import dev.espalier.tensor.ConvSpec;

/** What a peer is asked to compute: dense, float32, row-major operands. */
public sealed interface Problem {
  /** Floating-point operations of the whole problem, zeros included. */
  double flops();

  /**
   * {@code c = op(a) op(b)}; op(a) [m, k], op(b) [k, n], c [m, n]. Inputs: a, b.
   *
   * @param batch independent products, the leading extent of all three; 1 for plain matrices
   * @param transposeA whether a is stored as [k, m]
   * @param transposeB whether b is stored as [n, k]
   */
  record Gemm(int batch, int m, int k, int n, boolean transposeA, boolean transposeB)
      implements Problem {
    @Override
    public double flops() {
      return 2.0 * batch * m * k * n;
    }
  }

  /** The three products of a layer. */
  enum Pass {
    FORWARD,
    DX,
    DW
  }

  /**
   * A convolution of x [batch, channels, height, width] with w [filters, channels / groups,
   * kernelHeight, kernelWidth]. Inputs: x and w forward, dy and w for dx, x and dy for dw.
   */
  record Convolution(
      Pass pass,
      int batch,
      int channels,
      int height,
      int width,
      int filters,
      int kernelHeight,
      int kernelWidth,
      ConvSpec spec)
      implements Problem {
    @Override
    public double flops() {
      return 2.0
          * batch
          * filters
          * outHeight()
          * outWidth()
          * (channels / spec.groups())
          * kernelHeight
          * kernelWidth;
    }

    public int outHeight() {
      return spec.outHeight(height, kernelHeight);
    }

    public int outWidth() {
      return spec.outWidth(width, kernelWidth);
    }
  }
}
