package dev.espalier.cuda.ops;

import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;

/**
 * Products of sparse with dense matrices, and dense products sampled at stored positions, in the
 * operands' own precision (modules {@code spmm}, {@code sddmm}, {@code blocks}).
 */
public final class SparseMatrixProducts {
  private static final int THREADS = 128;
  private static final int WARPS = THREADS / 32;

  /** With so few columns the lanes of a warp share a row's positions instead of columns. */
  private static final int FEW_COLUMNS = 4;

  private final Gpu gpu;

  /** Kernels on that device. */
  public SparseMatrixProducts(Gpu gpu) {
    this.gpu = gpu;
  }

  /** {@code c = epilogue(A b + beta c)} as {@link dev.espalier.tensor.spi.Backend#spmm}. */
  public void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    SparseIndex index = SparseIndex.of(pattern);
    try (Tensor stored = Operands.aligned(values)) {
      if (index.rows().isScalar() && b.dim(1) <= FEW_COLUMNS) {
        spmv(index, stored, b, beta, c, epilogue);
        return;
      }
      try (Tensor rows = Operands.rows(b);
          Tensor out = Operands.contiguousResult(c)) {
        if (index.rows().isScalar()) {
          scalar(index, stored, rows, beta, out, epilogue);
        } else {
          blocks(index, stored, rows, beta, out, epilogue);
        }
        Operands.deliver(out, c);
      }
    }
  }

  private void spmv(
      SparseIndex index, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    DType type = b.dtype();
    StoredRows rows = index.rows();
    Operands.checkSpan("spmm", b);
    Launch launch =
        gpu.launch(
                "spmm",
                "spmv_%s_%s_n%d".formatted(Operands.name(type), index.columnType(), b.dim(1)))
            .int32(rows.rows())
            .int32(rows.values())
            .pointer(gpu.index(index.order()))
            .pointer(gpu.index(rows.offsets()))
            .pointer(gpu.index(index.columns()))
            .pointer(gpu.address(values))
            .pointer(gpu.address(b))
            .int32((int) b.stride(0))
            .int32((int) b.stride(1))
            .number(type, beta)
            .pointer(gpu.address(c))
            .int64(c.stride(0))
            .int64(c.stride(1));
    Operands.epilogue(gpu, launch, epilogue);
    long grid = Launch.ceilDiv(rows.rows(), WARPS);
    launch.run(Extent.of(Launch.gridX("spmm", grid)), Extent.of(THREADS));
  }

  private void scalar(
      SparseIndex index, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    DType type = b.dtype();
    int n = b.dim(1);
    StoredRows rows = index.rows();
    Operands.checkSpan("spmm", b);
    int vector =
        Vectors.width(
            type.bytes(),
            new long[] {n, b.stride(0)},
            Operands.bytes(gpu.address(b)),
            Operands.bytes(gpu.address(c)));
    var tile = ColumnTile.of(type, vector, n);
    Launch launch =
        gpu.launch(
                "spmm",
                "spmm_%s_%s_%s"
                    .formatted(Operands.name(type), index.columnType(), tile.name()))
            .int32(n)
            .int32(rows.rows())
            .int32(rows.values())
            .pointer(gpu.index(index.order()))
            .pointer(gpu.index(rows.offsets()))
            .pointer(gpu.index(index.columns()))
            .pointer(gpu.address(values))
            .pointer(gpu.address(b))
            .int32((int) b.stride(0))
            .number(type, beta)
            .pointer(gpu.address(c));
    Operands.epilogue(gpu, launch, epilogue);
    launch.run(Extent.of(tile.grid("spmm", rows.rows(), n)), Extent.of(THREADS));
  }

  private void blocks(
      SparseIndex index, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    DType type = b.dtype();
    int n = b.dim(1);
    Operands.checkSpan("spmm", b);
    int vector =
        type == DType.FLOAT64
            ? 1
            : Vectors.width(
                type.bytes(),
                new long[] {n, b.stride(0)},
                Operands.bytes(gpu.address(b)),
                Operands.bytes(gpu.address(c)));
    var tile = BlockTile.of(index.rows().blockHeight(), vector);
    Launch launch =
        gpu.launch("blocks", "blocks_%s_%s".formatted(Operands.name(type), tile.name()))
            .int32(n)
            .struct(tile.rows(gpu, index, values))
            .pointer(gpu.address(b))
            .int32((int) b.stride(0))
            .number(type, beta)
            .pointer(gpu.address(c));
    Operands.epilogue(gpu, launch, epilogue);
    launch.run(Extent.of(tile.grid("spmm", index.rows().rows(), n)), Extent.of(THREADS));
  }

  /** Samples a product as {@link dev.espalier.tensor.spi.Backend#sddmm}. */
  public void sddmm(SparsePattern pattern, Tensor a, Tensor b, Tensor out) {
    if (out.size() == 0) {
      return;
    }
    if (a.dim(1) == 0) {
      out.fill(0);
      return;
    }
    SparseIndex index = SparseIndex.of(pattern);
    DType type = a.dtype();
    int n = a.dim(1);
    Operands.checkSpan("sddmm", b);
    int vector =
        type == DType.FLOAT64
            ? 1
            : Vectors.width(
                type.bytes(),
                new long[] {n, b.stride(0)},
                Operands.bytes(gpu.address(a)),
                Operands.bytes(gpu.address(b)));
    var tile = SampleTile.of(index, vector);
    var split = tile.split(index, n);
    try (Tensor sums = split.sums(out)) {
      gpu.launch(
              "sddmm",
              "sddmm_%s_%s_%s".formatted(Operands.name(type), index.columnType(), tile.name()))
          .int32(n)
          .int32(split.items())
          .struct(tile.chunks(gpu, index))
          .pointer(gpu.address(a))
          .pointer(gpu.address(b))
          .int32((int) b.stride(0))
          .pointer(gpu.address(sums))
          .run(Extent.of(tile.blocks("sddmm", index), split.count()), Extent.of(THREADS));
      split.join(gpu, sums, out);
    }
  }
}
