package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Block compressed sparse rows: {@link Csr} over dense blocks of one size.
 *
 * <pre>
 * 3×4 in 1×2 blocks:  a b . .        rowOffsets    0 1 1 3
 *                     . . . .        columnIndices 0 0 1       (of blocks)
 *                     c d e f        values        (a b) (c d) (e f)
 * </pre>
 *
 * @param shape shape of the dense tensor, whose matrix view the pattern describes
 * @param pattern the stored blocks
 * @param values [blocks, height, width], contiguous float32 or float64; owned
 */
public record Bsr(Shape shape, BsrPattern pattern, Tensor values) implements SparseTensor {
  public Bsr {
    Entries.check("bsr", shape, pattern, values);
  }

  /** A matrix. */
  public Bsr(BsrPattern pattern, Tensor values) {
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
    if (blockHeight == pattern.blockHeight() && blockWidth == pattern.blockWidth()) {
      return withValues(values.alias());
    }
    try (Csr csr = toCsr()) {
      return csr.toBsr(blockHeight, blockWidth);
    }
  }

  @Override
  public Nm toNm(Granularity.NOfM structure) {
    try (Csr csr = toCsr()) {
      return csr.toNm(structure);
    }
  }

  @Override
  public Bsr transpose() {
    BsrPattern transposed = pattern.transpose();
    return new Bsr(
        transposed,
        Entries.gather(values, pattern.transposePermutation(), transposed.valuesShape()));
  }

  @Override
  public Bsr withValues(Tensor other) {
    return new Bsr(shape, pattern, other);
  }

  @Override
  public boolean samePattern(SparseTensor other) {
    return other instanceof Bsr that && shape.equals(that.shape) && pattern.equals(that.pattern);
  }

  @Override
  public String toString() {
    return "Bsr(%s, %s, %d blocks of %d×%d)"
        .formatted(
            dtype(), shape, pattern.blocks().nnz(), pattern.blockHeight(), pattern.blockWidth());
  }
}
