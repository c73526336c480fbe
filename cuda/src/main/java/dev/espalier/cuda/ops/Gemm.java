package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.cuda.ops.ProductWork.Tile;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Epilogue;
import java.nio.ByteBuffer;

/** The dense matrix product. */
public final class Gemm {
  private static final String MODULE = "gemm";
  private static final int LANES = 32;
  private static final int PACK_BYTES = 16;

  /** With fewer results and more terms than this, splitting k fills the device better. */
  private static final int FEWEST_RESULTS = 64;

  private static final int MOST_TERMS = 4096;

  private final DeviceContext context;

  /** Null where nothing is left to the vendor. */
  private final LibraryProducts library;

  /** The operations on one device. */
  public Gemm(DeviceContext context) {
    this(context, true);
  }

  private Gemm(DeviceContext context, boolean mayUseLibrary) {
    this.context = context;
    library = mayUseLibrary ? new LibraryProducts(context, this) : null;
  }

  /** Our own kernels alone, whatever libraries there are: what a benchmark compares with them. */
  public static Gemm withoutLibrary(DeviceContext context) {
    return new Gemm(context, false);
  }

  /** {@link dev.espalier.tensor.spi.Backend#gemm}. */
  public void gemm(double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    if (c.size() == 0) {
      return;
    }
    int layers = c.rank() == 3 ? c.dim(0) : 1;
    var work = ProductWork.of(c.dim(-2), c.dim(-1), a.dim(-1), layers);
    if (layers == 1 && Math.min(work.m(), work.n()) == 1 && suitsVector(work)) {
      vector(alpha, a, b, beta, c, epilogue, work);
    } else if (library == null || !library.tryGemm(alpha, a, b, beta, c, epilogue, work)) {
      tiles(alpha, a, b, beta, c, epilogue, work, work.tile(context, c.dtype(), true));
    }
  }

  private static boolean suitsVector(ProductWork work) {
    return work.m() * (long) work.n() >= FEWEST_RESULTS || work.k() <= MOST_TERMS;
  }

  /** The product by tiles of a given size. */
  void tiles(
      double alpha,
      Tensor a,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      ProductWork work,
      Tile tile) {
    DType dtype = c.dtype();
    if (work.splits() == 1) {
      ByteBuffer operands = operands(alpha, a, b, beta, c, epilogue);
      launch(work, tile, a, b, dtype, operands);
      return;
    }
    long bytes = work.results() * work.splits() * dtype.bytes();
    try (DeviceBuffer partials = context.scratch(bytes, "gemm")) {
      launch(work, tile, a, b, dtype, partialOperands(a, b, work, context.pointer(partials)));
      sumSplits(work, dtype, operands(alpha, a, b, beta, c, epilogue), context.pointer(partials));
    }
  }

  /** Finishes a product that lies contiguously at an address, as {@code gemm} would. */
  void finish(
      ProductWork work,
      double alpha,
      Tensor a,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      DevicePointer plain) {
    var one = new ProductWork(work.m(), work.n(), work.k(), work.layers(), 1, work.k());
    sumSplits(one, c.dtype(), operands(alpha, a, b, beta, c, epilogue), plain);
  }

  private void launch(
      ProductWork work, Tile tile, Tensor a, Tensor b, DType dtype, ByteBuffer operands) {
    context
        .launch(
            MODULE,
            "gemm_%s%s_%s"
                .formatted(direction(a, -2, -1), direction(b, -1, -2), tile.suffix(dtype)))
        .struct(work.build())
        .struct(operands)
        .run(work.grid(tile), Extent.of(tile.threads()));
  }

  /** Whether neighbouring threads read the operand along k or along its other axis. */
  private static String direction(Tensor operand, int axisX, int axisK) {
    boolean alongX =
        operand.stride(axisX) == 1 && (operand.stride(axisK) != 1 || operand.dim(axisK) == 1);
    return alongX ? "x" : "k";
  }

  /** Adds up partial results and finishes them as {@code operands} say. */
  void sumSplits(ProductWork work, DType dtype, ByteBuffer operands, DevicePointer partials) {
    Grids.extent("product", work.results());
    context
        .launch(MODULE, "split_sum_" + Operands.name(dtype))
        .struct(work.build())
        .struct(operands)
        .struct(new Fields().divisor(work.n()).build())
        .struct(new Fields().divisor(work.m()).build())
        .pointer(partials)
        .overElements(work.results());
  }

  // ---- the struct Operands

  private ByteBuffer operands(
      double alpha, Tensor a, Tensor b, double beta, Tensor c, Epilogue epilogue) {
    boolean packed = isPacked(c, -1, -2);
    Fields fields = addresses(a, b, context.pointer(c));
    fields
        .pointer(context.pointer(epilogue.rowBias()))
        .pointer(context.pointer(epilogue.columnBias()));
    strides(fields, a, b, layer(c), c.stride(-2), 0);
    fields.int64s(biasStride(epilogue.rowBias()), biasStride(epilogue.columnBias()));
    return finish(fields, c.dtype(), alpha, beta, epilogue.relu(), a, b, packed);
  }

  private ByteBuffer partialOperands(Tensor a, Tensor b, ProductWork work, DevicePointer to) {
    Fields fields = addresses(a, b, to).pointer(null).pointer(null);
    long plane = (long) work.m() * work.n();
    strides(fields, a, b, plane, work.n(), work.layers() * plane).int64s(0, 0);
    boolean packed = work.n() * a.dtype().bytes() % PACK_BYTES == 0;
    return finish(fields, a.dtype(), 1, 0, false, a, b, packed);
  }

  private Fields addresses(Tensor a, Tensor b, DevicePointer c) {
    return new Fields().pointer(context.pointer(a)).pointer(context.pointer(b)).pointer(c);
  }

  private static Fields strides(
      Fields fields, Tensor a, Tensor b, long cLayer, long cRow, long cSplit) {
    return fields
        .int64s(layer(a), a.stride(-2), a.stride(-1))
        .int64s(layer(b), b.stride(-2), b.stride(-1))
        .int64s(cLayer, cRow, cSplit);
  }

  private ByteBuffer finish(
      Fields fields,
      DType dtype,
      double alpha,
      double beta,
      boolean relu,
      Tensor a,
      Tensor b,
      boolean packed) {
    return fields
        .number(dtype, alpha)
        .number(dtype, beta)
        .int32(relu ? 1 : 0)
        .int32(isPacked(a, -2, -1) ? 1 : 0)
        .int32(isPacked(b, -1, -2) ? 1 : 0)
        .int32(packed ? 1 : 0)
        .build();
  }

  private static long layer(Tensor t) {
    return t.rank() == 3 ? t.stride(0) : 0;
  }

  private static long biasStride(Tensor bias) {
    return bias == null ? 0 : bias.stride(0);
  }

  /** Whether every 16 bytes along an axis, counted from its start, lie aligned. */
  private boolean isPacked(Tensor t, int axis, int other) {
    long bytes = t.dtype().bytes();
    return t.stride(axis) == 1
        && context.pointer(t).address() % PACK_BYTES == 0
        && t.stride(other) * bytes % PACK_BYTES == 0
        && layer(t) * bytes % PACK_BYTES == 0;
  }

  // ---- a matrix times a vector

  private void vector(
      double alpha,
      Tensor a,
      Tensor b,
      double beta,
      Tensor c,
      Epilogue epilogue,
      ProductWork work) {
    boolean rows = work.n() == 1;
    try (Tensor matrix = rows ? a.alias() : b.transpose();
        Tensor other = rows ? b.transpose() : a.alias()) {
      int extent = matrix.dim(0);
      boolean alongK = matrix.stride(1) == 1 || matrix.stride(0) != 1;
      ByteBuffer vector =
          new Fields()
              .pointer(context.pointer(matrix))
              .pointer(context.pointer(other))
              .int64s(matrix.stride(0), matrix.stride(1), other.stride(1))
              .int64(rows ? c.stride(0) : 1)
              .int32(extent)
              .int32(work.k())
              .int32(rows ? 1 : 0)
              .build();
      Launch launch =
          context
              .launch(MODULE, (alongK ? "gemv_rows_" : "gemv_columns_") + Operands.name(c.dtype()))
              .struct(vector)
              .struct(operands(alpha, a, b, beta, c, epilogue));
      if (alongK) {
        launch.overElements((long) extent * LANES);
      } else {
        launch.run(
            Extent.of(Grids.blocks(context, Math.ceilDiv(extent, LANES))),
            Extent.of(LANES, Launch.THREADS / LANES));
      }
    }
  }

  /** Operands for {@link #sumSplits} that write [layers, M, N] contiguously and do nothing else. */
  static ByteBuffer plainResult(ProductWork work, DType dtype, DevicePointer c) {
    return new Fields()
        .int64s(0, 0)
        .pointer(c)
        .int64s(0, 0)
        .int64s(0, 0, 0)
        .int64s(0, 0, 0)
        .int64s((long) work.m() * work.n(), work.n(), 0)
        .int64s(0, 0)
        .number(dtype, 1)
        .number(dtype, 0)
        .int32(0)
        .int32(0)
        .int32(0)
        .int32(0)
        .build();
  }
}
