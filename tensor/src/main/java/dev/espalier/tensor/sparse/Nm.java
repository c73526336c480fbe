package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * N:M sparsity: exactly n of every m neighbours in a row of the matrix view are stored, each with
 * its place among the m in one byte; see {@link NmPattern}.
 *
 * <pre>
 * 2×8, 2:4:   . a . b | c . . d      positions 1 3 | 0 3
 *             e f . . | . . g h                0 1 | 2 3
 *                                    values    a b c d e f g h
 * </pre>
 *
 * <p>PyTorch: {@code torch.sparse.to_sparse_semi_structured} (2:4 alone).
 *
 * @param shape shape of the dense tensor, whose matrix view the pattern describes
 * @param pattern the stored positions
 * @param values [rows / shared rows, columns / m, n, shared rows], contiguous float32 or float64;
 *     owned
 */
public record Nm(Shape shape, NmPattern pattern, Tensor values) implements SparseTensor {
  public Nm {
    Entries.check("nm", shape, pattern, values);
  }

  /** A matrix. */
  public Nm(NmPattern pattern, Tensor values) {
    this(Shape.of(pattern.rows(), pattern.columns()), pattern, values);
  }

  @Override
  public Tensor dense() {
    return Entries.scatter(values, pattern.flatPositions(), shape);
  }

  @Override
  public Coo toCoo() {
    try (Csr csr = toCsr()) {
      return csr.toCoo();
    }
  }

  @Override
  public Csr toCsr() {
    return new Csr(shape, pattern.elements(), Entries.inElementOrder(values, pattern));
  }

  @Override
  public Bsr toBsr(int blockHeight, int blockWidth) {
    try (Csr csr = toCsr()) {
      return csr.toBsr(blockHeight, blockWidth);
    }
  }

  @Override
  public Nm toNm(Granularity.NOfM structure) {
    if (structure.equals(pattern.structure())) {
      return withValues(values.alias());
    }
    try (Csr csr = toCsr()) {
      return csr.toNm(structure);
    }
  }

  @Override
  public Csr transpose() {
    CsrPattern transposed = pattern.transpose();
    return new Csr(
        transposed,
        Entries.gather(values, pattern.transposePermutation(), transposed.valuesShape()));
  }

  @Override
  public Nm withValues(Tensor other) {
    return new Nm(shape, pattern, other);
  }

  @Override
  public boolean samePattern(SparseTensor other) {
    return other instanceof Nm that && shape.equals(that.shape) && pattern.equals(that.pattern);
  }

  @Override
  public String toString() {
    return "Nm(%s, %s, %s)".formatted(dtype(), shape, pattern.structure().name());
  }
}
