package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.PackedInt8;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;

/**
 * Products of sparse with dense matrices, and dense products sampled at stored positions, in the
 * operands' own precision (modules {@code spmm}, {@code sddmm}, {@code blocks}).
 */
public final class SparseProducts {
  private static final int THREADS = 128;
  private static final int WARPS = THREADS / 32;

  /** With so few columns the lanes of a warp share a row's positions instead of columns. */
  private static final int FEW_COLUMNS = 4;

  private final DeviceContext context;
  private final PackedProducts packed;

  /** The operations on one device. */
  public SparseProducts(DeviceContext context) {
    this.context = context;
    packed = new PackedProducts(context);
  }

  /** {@code c = epilogue(A b + beta c)} as {@link dev.espalier.tensor.spi.Backend#spmm}. */
  public void spmm(
      SparsePattern pattern, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    if (b.dim(1) <= FEW_COLUMNS) {
      try (Tensor stored = Operands.inElementOrder(pattern, values)) {
        spmv(SparseIndex.of(pattern.elements()), stored, b, beta, c, epilogue);
      }
      return;
    }
    SparseIndex index = SparseIndex.of(pattern);
    try (Tensor stored = Operands.aligned(values);
        Tensor rows = Operands.rows(b);
        Tensor out = Operands.contiguousResult(c)) {
      if (index.rows().isScalar()) {
        scalar(index, stored, rows, beta, out, epilogue);
      } else {
        blocks(index, stored, rows, beta, out, epilogue);
      }
      Operands.deliver(out, c);
    }
  }

  private void spmv(
      SparseIndex index, Tensor values, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    DType type = b.dtype();
    StoredRows rows = index.rows();
    Operands.checkSpan("spmm", b);
    Launch launch =
        context
            .launch(
                "spmm",
                "spmv_%s_%s_n%d".formatted(Operands.name(type), index.columnType(), b.dim(1)))
            .int32(rows.rows())
            .int32(rows.values())
            .pointer(context.constant(index.order()))
            .pointer(context.constant(rows.offsets()))
            .pointer(context.constant(index.columns()))
            .tensor(values)
            .tensor(b)
            .int32((int) b.stride(0))
            .int32((int) b.stride(1))
            .number(type, beta)
            .tensor(c)
            .int64(c.stride(0))
            .int64(c.stride(1));
    Operands.epilogue(launch, epilogue);
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
            Operands.bytes(context.pointer(b)),
            Operands.bytes(context.pointer(c)));
    var tile = ColumnTile.of(type, vector, n);
    Launch launch =
        context
            .launch(
                "spmm",
                "spmm_%s_%s_%s".formatted(Operands.name(type), index.columnType(), tile.name()))
            .int32(n)
            .int32(rows.rows())
            .int32(rows.values())
            .pointer(context.constant(index.order()))
            .pointer(context.constant(rows.offsets()))
            .pointer(context.constant(index.columns()))
            .tensor(values)
            .tensor(b)
            .int32((int) b.stride(0))
            .number(type, beta)
            .tensor(c);
    Operands.epilogue(launch, epilogue);
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
                Operands.bytes(context.pointer(b)),
                Operands.bytes(context.pointer(c)));
    var tile = BlockTile.of(index.rows().blockHeight(), vector);
    Launch launch =
        context
            .launch("blocks", "blocks_%s_%s".formatted(Operands.name(type), tile.name()))
            .int32(n)
            .struct(tile.rows(context, index, values))
            .tensor(b)
            .int32((int) b.stride(0))
            .number(type, beta)
            .tensor(c);
    Operands.epilogue(launch, epilogue);
    launch.run(Extent.of(tile.grid("spmm", index.rows().rows(), n)), Extent.of(THREADS));
  }

  /** {@code c = epilogue(A b)} as {@link dev.espalier.tensor.spi.Backend#spmmPacked}. */
  public void spmmPacked(PackedInt8 a, Tensor b, Tensor c, Epilogue epilogue) {
    packed.spmm(a, b, c, epilogue);
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
                Operands.bytes(context.pointer(a)),
                Operands.bytes(context.pointer(b)));
    var tile = SampleTile.of(index, vector);
    var split = tile.split(index, n);
    try (Tensor sums = split.sums(out)) {
      context
          .launch(
              "sddmm",
              "sddmm_%s_%s_%s".formatted(Operands.name(type), index.columnType(), tile.name()))
          .int32(n)
          .int32(split.items())
          .struct(tile.chunks(context, index))
          .tensor(a)
          .tensor(b)
          .int32((int) b.stride(0))
          .tensor(sums)
          .run(Extent.of(tile.blocks("sddmm", index), split.count()), Extent.of(THREADS));
      split.join(context, sums, out);
    }
  }
}
