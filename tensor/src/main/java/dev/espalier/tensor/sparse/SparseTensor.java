package dev.espalier.tensor.sparse;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;

/**
 * A tensor of which only some positions are stored: a values tensor and an index structure.
 *
 * <p>The index structure is that of the matrix view [dim 0, product of the rest]; the dense shape,
 * of any rank, is remembered, so a convolution weight [O, I, kh, kw] becomes the matrix [O,
 * I·kh·kw] and comes back in its own shape. Stored zeros stay stored: only {@link
 * #fromDense(Tensor)} looks at values. {@link Csr} is the hub that every conversion passes through.
 *
 * <p>Ownership: a sparse tensor owns the handle of its values, which constructors and {@link
 * #withValues} take over, and {@link #close} closes it; every method that returns a sparse tensor
 * gives it a handle of its own, even where the memory is shared. Values made inside a {@code Scope}
 * are closed at its end unless kept by {@code scope.keep(sparse.values())}.
 *
 * <p>PyTorch: {@code torch.sparse_coo_tensor}, {@code torch.sparse_csr_tensor}, {@code
 * torch.sparse_bsr_tensor}, {@code torch.sparse.to_sparse_semi_structured}.
 */
public sealed interface SparseTensor extends AutoCloseable permits Coo, Csr, Bsr, Nm {
  /** The shape of the dense tensor. */
  Shape shape();

  /** The stored positions of the matrix view, in the form that kernels take. */
  SparsePattern pattern();

  /** The stored values, contiguous, in the order of the format. */
  Tensor values();

  /** A dense tensor of {@link #shape} with zeros at the positions not stored. */
  Tensor dense();

  /** The same entries as coordinates. */
  Coo toCoo();

  /** The same entries in compressed rows. */
  Csr toCsr();

  /**
   * The same entries in blocks; what the blocks add is stored as zeros.
   *
   * @throws IllegalArgumentException if the matrix view is not divisible into such blocks
   */
  Bsr toBsr(int blockHeight, int blockWidth);

  /**
   * The same entries as exactly n of every m neighbours of a row; what that adds is stored as
   * zeros.
   *
   * @throws IllegalArgumentException if the matrix view is not divisible into such groups, or one
   *     of them holds more than n entries
   */
  Nm toNm(Granularity.NOfM structure);

  /**
   * The transpose of the matrix view, of shape [columns, rows]; its index structure is computed
   * once per pattern.
   */
  SparseTensor transpose();

  /**
   * Other values at the same positions; takes over the tensor, which has the shape of {@link
   * #values}.
   */
  SparseTensor withValues(Tensor values);

  /** Whether the other tensor has the same format, shape and positions. */
  boolean samePattern(SparseTensor other);

  /** The entries of a dense tensor that are not zero. */
  static Csr fromDense(Tensor dense) {
    return fromDense(dense, Mask.nonZeros(dense));
  }

  /** The entries of a dense tensor that a mask keeps, zeros among them included. */
  static Csr fromDense(Tensor dense, Mask mask) {
    if (!mask.shape().equals(dense.shape())) {
      throw new IllegalArgumentException(
          "fromDense: the mask has shape %s but the tensor %s"
              .formatted(mask.shape(), dense.shape()));
    }
    return new Csr(
        dense.shape(),
        mask.csr(),
        Entries.gather(dense, mask.positions(), mask.csr().valuesShape()));
  }

  default DType dtype() {
    return values().dtype();
  }

  /** Number of stored values, stored zeros included. */
  default int nnz() {
    return Math.toIntExact(values().size());
  }

  /** Stored values as a fraction of all elements; 1 for an empty shape. */
  default double density() {
    return shape().size() == 0 ? 1 : (double) nnz() / shape().size();
  }

  /** Every value times a factor. */
  default SparseTensor scale(double factor) {
    Tensor out = Tensor.empty(dtype(), values().shape(), values().device());
    try (var use = Use.of("sparse scale", values(), out)) {
      use.backend().unary(UnaryOp.MUL_SCALAR, factor, values(), out);
    }
    return withValues(out);
  }

  /**
   * The sum of two tensors of one pattern.
   *
   * @throws IllegalArgumentException if the patterns differ
   */
  default SparseTensor add(SparseTensor other) {
    return combine("add", BinaryOp.ADD, other);
  }

  /**
   * The elementwise product of two tensors of one pattern.
   *
   * @throws IllegalArgumentException if the patterns differ
   */
  default SparseTensor mul(SparseTensor other) {
    return combine("mul", BinaryOp.MUL, other);
  }

  private SparseTensor combine(String operation, BinaryOp op, SparseTensor other) {
    if (!samePattern(other) || dtype() != other.dtype()) {
      throw new IllegalArgumentException(
          "sparse %s: %s and %s must have the same format, positions and type; convert one, or add as dense"
              .formatted(operation, this, other));
    }
    Tensor out = Tensor.empty(dtype(), values().shape(), values().device());
    try (var use = Use.of("sparse " + operation, values(), other.values(), out)) {
      use.backend().binary(op, values(), other.values(), out);
    }
    return withValues(out);
  }

  /** Closes the values. */
  @Override
  default void close() {
    values().close();
  }
}
