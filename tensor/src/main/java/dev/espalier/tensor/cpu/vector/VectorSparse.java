package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.spi.Epilogue;

/** Float32 products with a sparse operand: which loop for which case. */
final class VectorSparse {
  private VectorSparse() {}

  static void spmm(
      CsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    product(BlockColumns.of(pattern), values, b, beta, c, epilogue);
  }

  static void spmm(
      BsrPattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    product(BlockColumns.of(pattern), values, b, beta, c, epilogue);
  }

  private static void product(
      BlockColumns pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    try (var output = new SparseOutput(c, beta, epilogue)) {
      if (c.dim(1) == 1) {
        new VectorSpmv(pattern, values, b, output).run();
        return;
      }
      int n = c.dim(1);
      int stored = Math.toIntExact(values.size());
      PanelPlan plan = pattern.plan(GroupedProduct.vectors(n));
      FilledGroups filled = FilledGroups.of(plan, values.segment(), stored, null);
      var source = new MatrixPanels(b, plan.blockColumns());
      new GroupedProduct(pattern, plan, filled, source, n, output).run();
    }
  }

  static void sddmm(CsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    sddmm(BlockColumns.of(pattern), null, a, b, out);
  }

  static void sddmm(BsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    sddmm(BlockColumns.of(pattern.elements()), pattern.elementOrder(), a, b, out);
  }

  private static void sddmm(BlockColumns pattern, int[] order, Tensor a, Tensor b, Tensor out) {
    int n = a.dim(1);
    if (out.size() == 0 || n == 0) {
      VectorFill.floats(out.segment(), 0, out.size(), 0);
      return;
    }
    PanelPlan plan = pattern.plan(GroupedProduct.vectors(n));
    var left = LeftRows.matrix(a.segment(), n);
    var source = new MatrixPanels(b, plan.blockColumns());
    new SampledProduct(plan, left, source, n, order, out.segment()).run();
  }
}
