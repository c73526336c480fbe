package dev.espalier.cuda.bench;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.library.BlockedEllOperand;
import dev.espalier.cuda.library.CsrOperand;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.SparseLibrary;
import dev.espalier.cuda.library.SparseLibrary.PreparedProduct;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;

/**
 * Sparse products by NVIDIA's library: compressed rows, and square blocks as blocked ELL.
 *
 * <p>Its preparation for a pattern is not measured; ours is made once for a pattern too. The
 * input's gradient is left out, as the library needs another matrix for it than the forward product
 * does.
 */
record VendorSparse(DeviceContext context, SparseLibrary library) implements Library {
  @Override
  public String name() {
    return library.name();
  }

  @Override
  public Call of(Case what) {
    if (!(what.layer() instanceof ProductLayer layer)) {
      return null;
    }
    Format format = what.format();
    boolean forward = what.pass() == Pass.FORWARD;
    if (format.equals(Format.CSR) && forward) {
      return new PreparedCall(s -> spmm(layer, s));
    }
    if (format.equals(Format.CSR) && what.pass() == Pass.DW) {
      return new PreparedCall(s -> sddmm(layer, s));
    }
    boolean squareBlocks = format.height() > 1 && format.height() == format.width();
    return squareBlocks && forward ? new PreparedCall(s -> blocks(layer, s)) : null;
  }

  private DenseOperand dense(Tensor matrix) {
    return DenseOperand.rowMajor(context.pointer(matrix), matrix.dtype(), matrix.dim(1));
  }

  private CsrOperand csr(CsrPattern pattern, Tensor values) {
    return new CsrOperand(
        pattern.rows(),
        pattern.columns(),
        pattern.nnz(),
        context.constant(pattern.rowOffsets()),
        context.constant(pattern.columnIndices()),
        context.pointer(values),
        values.dtype());
  }

  private PreparedProduct spmm(ProductLayer layer, OperandSet s) {
    return library.spmm(
        csr((CsrPattern) s.pattern(), s.weight()),
        dense(s.x()),
        dense(s.result()),
        layer.n(),
        context.stream());
  }

  private PreparedProduct sddmm(ProductLayer layer, OperandSet s) {
    return library.sddmm(
        dense(s.y()),
        dense(s.x()),
        csr((CsrPattern) s.pattern(), s.result()),
        layer.n(),
        context.stream());
  }

  private PreparedProduct blocks(ProductLayer layer, OperandSet s) {
    var matrix = BlockedEll.of((BsrPattern) s.pattern(), s.weight());
    var operand =
        new BlockedEllOperand(
            layer.m(),
            layer.k(),
            matrix.block(),
            matrix.blocksPerRow(),
            context.constant(matrix.columns()),
            context.pointer(matrix.values()),
            matrix.values().dtype());
    PreparedProduct product;
    try {
      product = library.spmm(operand, dense(s.x()), dense(s.result()), layer.n(), context.stream());
    } catch (RuntimeException e) {
      matrix.close();
      throw e;
    }
    return new PreparedProduct() {
      @Override
      public void run() {
        product.run();
      }

      @Override
      public void close() {
        product.close();
        matrix.close();
      }
    };
  }
}
