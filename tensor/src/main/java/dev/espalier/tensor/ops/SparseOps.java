package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.sparse.Entries;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.sparse.SparseTensor;
import dev.espalier.tensor.sparse.Weight;
import dev.espalier.tensor.spi.Epilogue;

/**
 * Products with sparse matrices, and the products of layers whose {@link Weight} is dense, masked
 * or sparse.
 *
 * <p>Sparse kernels never read a position that is not stored, so a pruned weight contributes
 * nothing even where the activation is infinite or NaN; a dense kernel computes {@code 0 · ∞ = NaN}
 * there. For finite activations the two agree within rounding.
 */
public final class SparseOps {
  private static final WeightedLinear LINEAR = new WeightedLinear(WeightForm::tableOf);
  private static final WeightedConvolution CONVOLUTION =
      new WeightedConvolution(WeightForm::tableOf);

  private SparseOps() {}

  // ---- products with a sparse matrix

  /**
   * {@code c = A b}; A the matrix view [M, K] of a sparse tensor, b [K, N] of any strides, c [M,
   * N]. PyTorch: {@code torch.sparse.mm}.
   */
  public static Tensor spmm(SparseTensor a, Tensor b) {
    return spmm(a.pattern(), a.values(), b, Epilogue.NONE);
  }

  /** {@code c = epilogue(A b)}, with a bias per row or column and ReLU. */
  public static Tensor spmm(SparseTensor a, Tensor b, Epilogue epilogue) {
    return spmm(a.pattern(), a.values(), b, epilogue);
  }

  /**
   * {@code c = epilogue(A b)} for a weight [M, K] packed in eight bits; b [K, N] and c [M, N] in
   * float32, in which sums are taken. A position that is not stored contributes nothing, whatever
   * it meets.
   *
   * @throws IllegalArgumentException if b is not float32 [K, N], or a bias does not fit
   */
  public static Tensor spmm(PackedInt8 a, Tensor b, Epilogue epilogue) {
    Check.type("spmm", "the dense operand of a packed weight", b, DType.FLOAT32);
    Check.rank("spmm", "the dense operand", b, 2, "[K, N]");
    checkExtents("spmm", a.rows(), a.columns(), b, epilogue);
    Check.same("spmm", b, epilogue.rowBias(), epilogue.columnBias());
    Tensor c = Tensor.empty(DType.FLOAT32, Shape.of(a.rows(), b.dim(1)), b.device());
    try (Tensor rows = rowsOf(b);
        var _ = Use.of("spmm", a.words(), a.values(), a.scales()); // the backend brings them over
        var use = Use.of("spmm", rows, c, epilogue.rowBias(), epilogue.columnBias())) {
      use.backend().spmmPacked(a, rows, c, epilogue);
    }
    return c;
  }

  /** {@code c = A b} for a pattern [M, K] with its values; b [K, N], c [M, N]. */
  public static Tensor spmm(SparsePattern pattern, Tensor values, Tensor b) {
    return spmm(pattern, values, b, Epilogue.NONE);
  }

  static Tensor spmm(SparsePattern pattern, Tensor values, Tensor b, Epilogue epilogue) {
    Check.rank("spmm", "the dense operand", b, 2, "[K, N]");
    Tensor c = Tensor.empty(b.dtype(), Shape.of(pattern.rows(), b.dim(1)), b.device());
    spmm(pattern, values, b, epilogue, c);
    return c;
  }

  /** Into c, which is contiguous or the transpose of a contiguous matrix. */
  static void spmm(SparsePattern pattern, Tensor values, Tensor b, Epilogue epilogue, Tensor c) {
    checkProduct("spmm", pattern, values, b, epilogue);
    try (Tensor packed = values.contiguous();
        Tensor rows = rowsOf(b);
        var use = Use.of("spmm", packed, rows, c, epilogue.rowBias(), epilogue.columnBias())) {
      use.backend().spmm(pattern, packed, rows, 0, c, epilogue);
    }
  }

  /**
   * {@code c = Aᵀ b} for a pattern [M, K] with its values; b [M, N], c [K, N]. The transposed index
   * is remembered.
   */
  public static Tensor spmmTransposed(SparsePattern pattern, Tensor values, Tensor b) {
    checkValues("spmmTransposed", pattern, values);
    SparsePattern transposed = pattern.transpose();
    try (Tensor permuted =
        Entries.gather(values, pattern.transposePermutation(), transposed.valuesShape())) {
      return spmm(transposed, permuted, b);
    }
  }

  /** {@code y = A x} for a vector x [K]; y [M]. PyTorch: {@code torch.mv} of a sparse matrix. */
  public static Tensor spmv(SparseTensor a, Tensor x) {
    Check.rank("spmv", "the vector", x, 1, "[K]");
    try (Tensor column = x.reshape(x.dim(0), 1);
        Tensor product = spmm(a, column)) {
      return product.reshape(product.dim(0));
    }
  }

  /**
   * The sampled product {@code out[p] = Σ_n a[row(p), n] b[col(p), n]} at the stored positions of a
   * pattern [M, K]; a [M, N], b [K, N], out in the shape of the pattern's values. PyTorch: {@code
   * torch.sparse.sampled_addmm} with bᵀ.
   */
  public static Tensor sddmm(SparsePattern pattern, Tensor a, Tensor b) {
    Check.compute("sddmm", a, b);
    int rows = pattern.rows();
    int columns = pattern.columns();
    if (a.rank() != 2
        || b.rank() != 2
        || a.dim(0) != rows
        || b.dim(0) != columns
        || a.dim(1) != b.dim(1)) {
      throw Check.refuse(
          "sddmm",
          "a pattern of %d×%d needs a [%d, N] and b [%d, N] but they are %s and %s"
              .formatted(rows, columns, rows, columns, a.shape(), b.shape()));
    }
    Tensor out = Tensor.empty(a.dtype(), pattern.valuesShape(), a.device());
    try (Tensor left = a.contiguous();
        Tensor right = sampledRows(b);
        var use = Use.of("sddmm", left, right, out)) {
      use.backend().sddmm(pattern, left, right, out);
    }
    return out;
  }

  /** The dense operand of a product as the kernel takes it. */
  private static Tensor rowsOf(Tensor b) {
    boolean transposed = b.stride(0) == 1 && b.dim(1) > 1 && b.stride(1) >= b.dim(0);
    return transposed ? b.alias() : sampledRows(b);
  }

  /** The right operand as sampled kernels take it: rows at any distance. */
  private static Tensor sampledRows(Tensor b) {
    boolean adjacent = b.dim(1) == 1 ? b.stride(0) == 1 : b.stride(1) == 1;
    return adjacent ? b.alias() : b.contiguous();
  }

  private static void checkValues(String name, SparsePattern pattern, Tensor values) {
    Check.shape(name, "the values of " + pattern, values, pattern.valuesShape());
  }

  private static void checkProduct(
      String name, SparsePattern pattern, Tensor values, Tensor b, Epilogue epilogue) {
    Check.compute(name, values, b, epilogue.rowBias(), epilogue.columnBias());
    checkValues(name, pattern, values);
    Check.rank(name, "the dense operand", b, 2, "[K, N]");
    checkExtents(name, pattern.rows(), pattern.columns(), b, epilogue);
  }

  private static void checkExtents(
      String name, int rows, int columns, Tensor b, Epilogue epilogue) {
    if (b.dim(0) != columns) {
      throw Check.refuse(
          name,
          "the sparse matrix is %d×%d, so the dense operand must have %d rows but is %s"
              .formatted(rows, columns, columns, b.shape()));
    }
    Check.shape(name, "the row bias", epilogue.rowBias(), Shape.of(rows));
    Check.shape(name, "the column bias", epilogue.columnBias(), Shape.of(b.dim(1)));
  }

  // ---- products of layers

  /**
   * {@code y = x wᵀ + bias}, then ReLU if asked; x [*, I], w [O, I], bias [O] or null, y [*, O].
   *
   * <p>A masked weight runs on the kernel that its device's {@link
   * dev.espalier.tensor.spi.Backend#crossover table} names; the dense kernel reads its storage as
   * it is and so relies on the hard-mask invariant (see {@link Weight.Masked}). A sparse weight
   * always runs sparse. PyTorch: {@code torch.nn.functional.linear}.
   */
  public static Tensor linear(Tensor x, Weight w, Tensor bias, boolean relu) {
    return LINEAR.forward(x, w, bias, relu);
  }

  /**
   * As {@link #linear(Tensor, Weight, Tensor, boolean)} into out, which is contiguous or the
   * transpose of a contiguous matrix. A sparse weight is fastest between transposed x and out,
   * where each feature of the batch is one run of memory.
   */
  public static Tensor linear(Tensor x, Weight w, Tensor bias, boolean relu, Tensor out) {
    return LINEAR.forward(x, w, bias, relu, out);
  }

  /** The gradient of {@link #linear} with respect to x: {@code dx = dy w}; dy [*, O], dx [*, I]. */
  public static Tensor linearGradInput(Tensor dy, Weight w) {
    return LINEAR.gradInput(dy, w);
  }

  /**
   * The gradient of {@link #linear} with respect to w: {@code dw = dyᵀ x}; x [*, I], dy [*, O].
   *
   * @param denseGradient whether pruned positions get their gradient too (to score or regrow them)
   *     instead of exact zeros
   * @return dw [O, I]; for a sparse weight the gradient of its values, in their shape
   * @throws IllegalArgumentException if a dense gradient is asked of a sparse weight
   */
  public static Tensor linearGradWeight(Tensor x, Tensor dy, Weight w, boolean denseGradient) {
    return LINEAR.gradWeight(x, dy, w, denseGradient);
  }

  /**
   * Convolution as {@link Convolution#conv2d}; x [N, C, H, W], w [O, C / groups, kh, kw], bias [O]
   * or null, y [N, O, H', W'].
   *
   * <p>Weights are treated as in {@link #linear}. The sparse kernel multiplies with patches of the
   * input that it packs as it goes, for any stride, dilation and groups.
   */
  public static Tensor conv2d(Tensor x, Weight w, Tensor bias, boolean relu, ConvSpec spec) {
    return CONVOLUTION.forward(x, w, bias, relu, spec);
  }

  /**
   * As {@link #conv2d(Tensor, Weight, Tensor, boolean, ConvSpec)} into out, which is contiguous or
   * channel-major: contiguous but for its first two axes, which are exchanged.
   *
   * <p>Between channel-major x and out, each channel of the batch is one run of memory: a 1×1
   * convolution is one matrix product there, sparse or dense, and moves nothing.
   */
  public static Tensor conv2d(
      Tensor x, Weight w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    return CONVOLUTION.forward(x, w, bias, relu, spec, out);
  }

  /** The gradient of {@link #conv2d} with respect to x, of the given shape. */
  public static Tensor conv2dGradInput(Tensor dy, Weight w, ConvSpec spec, Shape inputShape) {
    return CONVOLUTION.gradInput(dy, w, spec, inputShape);
  }

  /**
   * The gradient of {@link #conv2d} with respect to w.
   *
   * @param denseGradient as in {@link #linearGradWeight}
   * @return dw [O, C / groups, kh, kw]; for a sparse weight the gradient of its values, in their
   *     shape
   * @throws IllegalArgumentException if a dense gradient is asked of a sparse weight
   */
  public static Tensor conv2dGradWeight(
      Tensor x, Tensor dy, Weight w, ConvSpec spec, boolean denseGradient) {
    return CONVOLUTION.gradWeight(x, dy, w, spec, denseGradient);
  }
}
