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

  /** The three products of a layer, or a whole training step. */
  enum Pass {
    FORWARD,
    DX,
    DW,
    STEP
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
          * channelsPerGroup()
          * kernelHeight
          * kernelWidth;
    }

    private int channelsPerGroup() {
      return channels / spec.groups();
    }

    public int outHeight() {
      return spec.outHeight(height, kernelHeight);
    }

    public int outWidth() {
      return spec.outWidth(width, kernelWidth);
    }
  }

  /** Softmax along the rows of x [rows, columns]. Input: x. */
  record Softmax(int rows, int columns) implements Problem {
    @Override
    public double flops() {
      return 5.0 * rows * columns;
    }
  }

  /**
   * Layer normalisation along the rows of x [rows, columns], with scale 1, shift 0 and {@link
   * #EPSILON}. Input: x.
   */
  record LayerNorm(int rows, int columns) implements Problem {
    public static final double EPSILON = 1e-5;

    @Override
    public double flops() {
      return 8.0 * rows * columns;
    }
  }

  /**
   * Pooling of x [batch, channels, height, width] in windows of kernel × kernel. Input: x.
   *
   * @param max largest element, or else the mean with padding counted
   */
  record Pool(
      boolean max,
      int batch,
      int channels,
      int height,
      int width,
      int kernel,
      int stride,
      int padding)
      implements Problem {
    public int outHeight() {
      return (height + 2 * padding - kernel) / stride + 1;
    }

    public int outWidth() {
      return (width + 2 * padding - kernel) / stride + 1;
    }

    @Override
    public double flops() {
      return (double) batch * channels * outHeight() * outWidth() * kernel * kernel;
    }
  }

  /**
   * {@code softmax(q kᵀ / √width) v} in each head; q, k, v and the result [heads, tokens, width].
   * Inputs: q, k, v.
   */
  record Attention(int heads, int tokens, int width) implements Problem {
    @Override
    public double flops() {
      return 4.0 * heads * tokens * tokens * width;
    }
  }

  /**
   * A network of {@link dev.espalier.bench.kernel.Networks} in evaluation mode, dense kernels.
   * Input: the images [batch, ...]; result: the outputs.
   *
   * @param sparsity of its weights, whose zeros a dense peer multiplies
   * @param flops of the dense network
   */
  record Inference(String network, double sparsity, int batch, double flops) implements Problem {}

  /**
   * One step of gradient descent with momentum on a network of {@link
   * dev.espalier.bench.kernel.Networks}: forward, cross-entropy, backward, update. Inputs: the
   * images [batch, ...] and the labels as float32 [batch]. Result: the loss of the first step.
   *
   * @param flops of the dense network
   */
  record TrainingStep(String network, double sparsity, int batch, double flops) implements Problem {
    public static final double LEARNING_RATE = 0.01;
    public static final double MOMENTUM = 0.9;
    public static final double WEIGHT_DECAY = 5e-4;
  }
}
