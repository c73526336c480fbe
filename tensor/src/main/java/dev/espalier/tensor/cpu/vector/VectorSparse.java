package dev.espalier.tensor.cpu.vector;

import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;

/** Float32 products with a sparse operand: which loop for which case. */
final class VectorSparse {
  private VectorSparse() {}

  static void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    BlockColumns columns = BlockColumns.of(pattern);
    try (SparseCall call = SparseCall.acquire()) {
      SparseOutput output = call.output.set(c, beta, epilogue);
      if (c.dim(1) == 1) {
        call.vector.set(columns, values, b, output).run();
        return;
      }
      int n = c.dim(1);
      int stored = Math.toIntExact(values.size());
      PanelPlan plan = columns.plan(n);
      FilledGroups filled = FilledGroups.of(plan, values.segment(), stored, null);
      PanelSource source = call.source.set(b, plan.blockColumns());
      call.product.set(columns, plan, filled, source, n, output).run();
    }
  }

  static void packed(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    try (SparseCall call = SparseCall.acquire()) {
      SparseOutput output = call.output.set(c, 0, epilogue);
      if (c.dim(1) == 1) {
        call.packedVector.set(a, b, output).run();
      } else {
        call.packedProduct.set(a, b, output).run();
      }
    }
  }

  static void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    int n = a.dim(1);
    if (out.size() == 0 || n == 0) {
      VectorFill.floats(out.segment(), 0, out.size(), 0);
      return;
    }
    PanelPlan plan = BlockColumns.of(pattern).sampledPlan(n);
    var left = LeftRows.matrix(a.segment(), a.dim(0), n);
    try (SparseCall call = SparseCall.acquire()) {
      PanelSource source = call.source.set(b, plan.blockColumns());
      call.sampled.set(plan, left, source, n, null, out.segment()).run();
    }
  }
}
