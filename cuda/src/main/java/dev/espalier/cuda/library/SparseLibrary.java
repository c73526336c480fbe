package dev.espalier.cuda.library;

import dev.espalier.cuda.memory.OrderedStream;

/**
 * Sparse matrix products of a vendor: what our own kernels are measured against.
 *
 * <p>Each method does the library's preparation for one pattern; what it returns runs the product
 * any number of times, on the stream that it was prepared for, with the values that lie in the
 * operands then.
 */
public interface SparseLibrary {
  /** Name and version for reports. */
  String name();

  /** Prepares {@code c = a b}: a [m, k] sparse, b [k, n], c [m, n] row-major. */
  PreparedProduct spmm(CsrOperand a, DenseOperand b, DenseOperand c, int n, OrderedStream stream);

  /** As {@link #spmm}, with whole blocks stored. */
  PreparedProduct spmm(
      BlockedEllOperand a, DenseOperand b, DenseOperand c, int n, OrderedStream stream);

  /**
   * Prepares {@code out[p] = Σ_j a[row(p), j] b[column(p), j]} at each stored position p of {@code
   * out}: a [m, n], b [k, n].
   */
  PreparedProduct sddmm(
      DenseOperand a, DenseOperand b, CsrOperand out, int n, OrderedStream stream);

  /** A product that can run; closing it releases the library's memory. */
  interface PreparedProduct extends AutoCloseable {
    /** Issues the product. */
    void run();

    @Override
    void close();
  }
}
