package dev.espalier.tensor.sparse;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Compressed sparse rows: the column of every entry, row by row, and where each row starts.
 *
 * <pre>
 * 3×4:  . a . b        rowOffsets    0 2 2 4
 *       . . . .        columnIndices 1 3 0 2
 *       c . d .        values        a b c d
 * </pre>
 *
 * @param shape shape of the dense tensor, whose matrix view the pattern describes
 * @param pattern the stored positions
 * @param values [nnz], contiguous float32 or float64; owned
 */
public record Csr(Shape shape, CsrPattern pattern, Tensor values) implements SparseTensor {
  public Csr {
    Entries.check("csr", shape, pattern, values);
  }

  /** A matrix. */
  public Csr(CsrPattern pattern, Tensor values) {
    this(Shape.of(pattern.rows(), pattern.columns()), pattern, values);
  }

  @Override
  public Tensor dense() {
    return Entries.scatter(values, pattern.flatPositions(), shape);
  }

  @Override
  public Coo toCoo() {
    return new Coo(shape, pattern, values.alias());
  }

  @Override
  public Csr toCsr() {
    return withValues(values.alias());
  }

  @Override
  public Bsr toBsr(int blockHeight, int blockWidth) {
    BsrPattern blocked = BsrPattern.covering(pattern, blockHeight, blockWidth);
    return new Bsr(
        shape,
        blocked,
        Entries.scatter(values, blocked.valuePositions(pattern), blocked.valuesShape()));
  }

  @Override
  public Nm toNm(Granularity.NOfM structure) {
    NmPattern covering = NmPattern.covering(pattern, structure);
    return new Nm(
        shape,
        covering,
        Entries.scatter(values, covering.valuePositions(pattern), covering.valuesShape()));
  }

  @Override
  public Csr transpose() {
    return new Csr(
        pattern.transpose(),
        Entries.gather(values, pattern.transposePermutation(), values.shape()));
  }

  @Override
  public Csr withValues(Tensor other) {
    return new Csr(shape, pattern, other);
  }

  @Override
  public boolean samePattern(SparseTensor other) {
    return other instanceof Csr that && shape.equals(that.shape) && pattern.equals(that.pattern);
  }

  @Override
  public String toString() {
    return "Csr(%s, %s, nnz %d)".formatted(dtype(), shape, nnz());
  }
}
