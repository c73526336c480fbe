package dev.espalier.tensor.spi;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Crossover;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;

/**
 * The primitive kernels of one device.
 *
 * <p>Callers (the classes of {@code dev.espalier.tensor.ops}) have checked shapes, types and
 * devices, hold the operands' memory and allocated the outputs; kernels only {@code assert}. Unless
 * a method says otherwise: all floating operands have one compute type (float32 or float64); inputs
 * may have any strides (0 along broadcast axes); outputs are contiguous, do not overlap inputs
 * except where "in place" is said, and are overwritten without being read. A kernel takes the
 * strides it can and copies the rest. Results do not depend on the number of threads.
 */
public interface Backend {
  /** Short name for logs and reports, such as {@code scalar}, {@code vector-512}. */
  String name();

  Device device();

  /**
   * The table that chooses between sparse and dense kernels for masked weights that lie on this
   * device, asked once for each product; by default the processor's.
   */
  default Crossover crossover() {
    return Crossover.standard();
  }

  /** Returns when everything issued so far has run, so that a clock may be read. */
  default void synchronize() {}

  /** Memory on a device other than the host (host memory has its own allocator). */
  default Buffer allocate(long bytes, DType dtype, Shape shape) {
    throw new UnsupportedOperationException(name() + ": allocates no device memory");
  }

  /** Copies a contiguous tensor between the host and this device, either way. */
  default void transfer(Tensor source, Tensor target) {
    throw new UnsupportedOperationException(name() + ": has no device memory to transfer to");
  }

  // ---- movement; every dtype

  /** {@code out = value}; any strides. */
  void fill(Tensor out, double value);

  /** {@code target = source}, same shape, any strides on both sides, converting the type. */
  void copy(Tensor source, Tensor target);

  // ---- elementwise; out may be one of the inputs

  /** {@code out = op(x, p)}; x and out have one shape. */
  void unary(UnaryOp op, double p, Tensor x, Tensor out);

  /**
   * {@code out = op(a, b)}; a and b are already expanded to out's shape (stride 0 along broadcast
   * axes).
   */
  void binary(BinaryOp op, Tensor a, Tensor b, Tensor out);

  /** {@code out = condition != 0 ? a : b}; all expanded to out's shape; condition of any type. */
  void select(Tensor condition, Tensor a, Tensor b, Tensor out);

  /** {@code y = alpha x + beta y} in place; both contiguous; beta 0 does not read y. */
  void axpby(double alpha, Tensor x, double beta, Tensor y);

  /**
   * {@code out = mask ? x : 0}; contiguous x and out (may be one); bit i of the words is element i
   * in row-major order.
   */
  void applyMask(long[] maskWords, Tensor x, Tensor out);

  // ---- reductions

  /**
   * Reduces over the axes marked true; out has extent 1 there. Sums are taken in fixed blocks,
   * pairwise.
   */
  void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out);

  /** Index (int64 out) of the first largest element along the last axis; NaN counts as largest. */
  void argmax(Tensor x, Tensor out);

  /** Softmax, or its logarithm, along the last axis of a contiguous tensor. */
  void softmax(Tensor x, boolean log, Tensor out);

  /** Gradient through {@link #softmax}: y is its output, dy the gradient at the output. */
  void softmaxGrad(Tensor y, Tensor dy, boolean log, Tensor dx);

  // ---- products

  /**
   * {@code c = epilogue(alpha a b + beta c)}; a [M, K], b [K, N] of any strides, c [M, N] with unit
   * column stride; or all three with one leading batch axis. beta 0 does not read c.
   */
  void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue);

  /**
   * Cross-correlation: x [N, C, H, W], w [O, C/groups, kh, kw], out [N, O, H', W']; bias [O] or
   * null.
   */
  void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out);

  /** Gradient of {@link #conv2d} with respect to x. */
  void conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Tensor dx);

  /** Gradient of {@link #conv2d} with respect to w. */
  void conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Tensor dw);

  // ---- pooling; [N, C, H, W]

  /** Maximum per window; indices (int32, or null) hold h·W + w of the first maximum. */
  void maxPool2d(Tensor x, PoolSpec spec, Tensor out, Tensor indices);

  /** Adds each dy to dx (zeroed first) at the index of its window. */
  void maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Tensor dx);

  /** Reads x at the index of each window: the gradient of {@link #maxPool2dGrad}. */
  void maxPool2dGather(Tensor x, Tensor indices, Tensor out);

  /**
   * Mean per window; padding counts as zeros in the mean (PyTorch's {@code
   * count_include_pad=True}).
   */
  void avgPool2d(Tensor x, PoolSpec spec, Tensor out);

  /** Gradient of {@link #avgPool2d}. */
  void avgPool2dGrad(Tensor dy, PoolSpec spec, Tensor dx);

  // ---- normalisation; x contiguous [N, C, S] with S the product of the spatial extents

  /** Per channel over N and S: mean and biased variance, both [C]. */
  void channelStats(Tensor x, Tensor mean, Tensor variance);

  /** {@code out[n,c,s] = scale[c] x[n,c,s] + shift[c]}, then ReLU if asked. */
  void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out);

  /**
   * Gradient of {@code gamma (x - mean) invStd + beta} in training mode, where mean and invStd
   * depend on x: dx [N, C, S], dgamma and dbeta [C].
   *
   * @param y what a ReLU made of it, contiguous, if dy is the gradient there; null if none followed
   */
  void batchNormGrad(
      Tensor x,
      Tensor dy,
      Tensor y,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta);

  /**
   * Over the last axis of contiguous [R, D]: {@code out = gamma (x - mean) invStd + beta}; mean and
   * invStd [R] are outputs.
   */
  void layerNorm(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd);

  /** Gradient of {@link #layerNorm}. */
  void layerNormGrad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta);

  // ---- gather and scatter; index is contiguous int64 [K]

  /** {@code out[k, :] = x[index[k], :]}; x [R, D], every dtype. */
  void gatherRows(Tensor x, Tensor index, Tensor out);

  /** {@code out[index[k], :] += source[k, :]} in order of k; out [R, D] is read and written. */
  void scatterAddRows(Tensor source, Tensor index, Tensor out);

  /** {@code out[r] = x[r, index[r]]}. */
  void pick(Tensor x, Tensor index, Tensor out);

  /** {@code out[r, index[r]] = source[r]}, zero elsewhere. */
  void unpick(Tensor source, Tensor index, Tensor out);

  // ---- random; element i depends on (seed, stream, position + i / 4) alone

  /**
   * Fills a contiguous float32 or float64 tensor; takes ceil(size / 4) counters from {@code
   * position} on.
   */
  void random(
      Distribution distribution,
      double a,
      double b,
      long seed,
      long stream,
      long position,
      Tensor out);

  // ---- sparse; values contiguous, in the order and shape that the pattern gives them

  /**
   * {@code c = epilogue(A b + beta c)}; A [M, K] sparse, b [K, N], c [M, N]. N 1 is SpMV.
   *
   * <p>The columns of b lie next to each other, its rows at any distance; or b is a transposed
   * matrix, whose rows lie next to each other, as the activations of a linear layer do. c is
   * contiguous, or the transpose of a contiguous matrix and beta 0.
   */
  void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue);

  /**
   * {@code c = epilogue(A b)} for a packed eight-bit weight A [M, K]; b and c float32, as {@link
   * #spmm} takes them.
   */
  void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue);

  /**
   * {@code out[p] = Σ_n a[row(p), n] b[col(p), n]} at each stored position p; a [M, N] contiguous,
   * b [K, N] with adjacent columns, its rows at any distance; out in the shape of the values.
   */
  void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out);

  /**
   * As {@link #conv2d} with a sparse weight: the pattern of the matrix [O, C/groups · kh · kw] with
   * its values; x of any strides, out contiguous.
   *
   * @param weight the shape of the dense weight
   */
  void sparseConv2d(
      SparsePattern pattern,
      Tensor values,
      Shape weight,
      Tensor x,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out);

  /** Gradient of {@link #sparseConv2d} with respect to x; every element of dx is written. */
  void sparseConv2dGradInput(
      SparsePattern pattern, Tensor values, Shape weight, Tensor dy, ConvSpec spec, Tensor dx);

  /** Gradient of {@link #sparseConv2d} with respect to the values, in their order. */
  void sparseConv2dGradWeight(
      SparsePattern pattern, Shape weight, Tensor x, Tensor dy, ConvSpec spec, Tensor dvalues);

  /**
   * {@code values[p] = dense[positions[p]]}: fills a pattern's values from a dense contiguous
   * weight.
   */
  void gatherElements(Tensor dense, int[] positions, Tensor values);

  /** {@code dense[positions[p]] = values[p]}, zero elsewhere. */
  void scatterElements(Tensor values, int[] positions, Tensor dense);

  // ---- optimiser steps, in place, contiguous; the gradient is read only

  /**
   * Stochastic gradient descent: {@code g += weightDecay w}; {@code v = momentum v + (1 -
   * dampening) g} (first step: {@code v = g}); {@code w -= lr (nesterov ? g + momentum v : v)}.
   * velocity is null when momentum is 0.
   */
  void sgdStep(SgdStep step, Tensor w, Tensor grad, Tensor velocity);

  /** {@link #sgdStep} at some elements alone, by their row-major positions, each at most once. */
  void sgdStepAt(int[] positions, SgdStep step, Tensor w, Tensor grad, Tensor velocity);

  /** Adam or AdamW; see {@link AdamStep}. */
  void adamStep(AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v);

  /** {@link #adamStep} at some elements alone, by their row-major positions, each at most once. */
  void adamStepAt(int[] positions, AdamStep step, Tensor w, Tensor grad, Tensor m, Tensor v);
}
