package dev.espalier.cuda.bench;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.library.DenseLibrary;
import dev.espalier.cuda.library.DenseOperand;
import dev.espalier.cuda.library.DenseProduct;
import dev.espalier.tensor.Tensor;

/** Dense products by NVIDIA's library. */
record VendorDense(DeviceContext context, DenseLibrary library) implements Library {
  @Override
  public String name() {
    return library.name();
  }

  @Override
  public Call of(Case what) {
    if (!what.format().isDense() || !(what.layer() instanceof ProductLayer layer)) {
      return null;
    }
    int m = layer.m();
    int k = layer.k();
    int n = layer.n();
    return switch (what.pass()) {
      case FORWARD -> s -> run(what, m, n, k, of(s.weight(), false), of(s.x(), false), s.result());
      case DX -> s -> run(what, k, n, m, of(s.weight(), true), of(s.y(), false), s.result());
      case DW -> s -> run(what, m, k, n, of(s.y(), false), of(s.x(), true), s.result());
    };
  }

  /** A contiguous matrix, or its transpose. */
  private DenseOperand of(Tensor matrix, boolean transposed) {
    return new DenseOperand(
        context.pointer(matrix), matrix.dtype(), transposed, matrix.dim(1), matrix.size());
  }

  private void run(Case what, int m, int n, int k, DenseOperand a, DenseOperand b, Tensor result) {
    library.gemm(
        new DenseProduct(m, n, k, 1, what.type().arithmetic(), 1, a, b, 0, of(result, false)),
        context.stream());
  }
}
