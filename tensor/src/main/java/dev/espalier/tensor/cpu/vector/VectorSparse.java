package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.CsrPattern;
import dev.espalier.tensor.spi.Epilogue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
      int stored = Math.toIntExact(values.size());
      if (b.stride(1) != 1 || b.stride(0) >= b.dim(1)) {
        int n = c.dim(1);
        PanelPlan plan = pattern.plan(GroupedProduct.vectors(n));
        FilledGroups filled = FilledGroups.of(plan, values.segment(), stored);
        var source = new MatrixPanels(b, plan.blockColumns());
        new GroupedProduct(pattern, plan, filled, source, n, output).run();
        return;
      }
      float[] entries = HeapFloats.ENTRIES.own(stored);
      MemorySegment.copy(values.segment(), ValueLayout.JAVA_FLOAT, 0, entries, 0, stored);
      // blocks of one row hold their entries in the order of CSR
      SparseKernel kernel =
          pattern.blockHeight() == 1
              ? new CsrKernel(pattern, entries)
              : new BsrKernel(pattern, entries);
      new PanelProduct(pattern, kernel, b, output).run();
    }
  }

  static void sddmm(CsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    VectorSddmm.sddmm(BlockColumns.of(pattern), a, b, out);
  }

  static void sddmm(BsrPattern pattern, Tensor a, Tensor b, Tensor out) {
    VectorSddmm.sddmm(BlockColumns.of(pattern), a, b, out);
  }
}
