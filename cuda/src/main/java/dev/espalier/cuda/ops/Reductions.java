package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.memory.DeviceBuffer;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.ReduceOp;
import java.util.Arrays;
import java.util.Locale;

/**
 * Sums and extremes over axes. Terms are cut into chunks whose results are reduced again; chunks
 * and kernels are chosen by shape and strides alone, so that the bits are the same on every device.
 */
public final class Reductions {
  private static final String MODULE = "reduce";
  private static final int LANES = 32;

  /** Terms of one block: 16 for each of its threads. */
  private static final int BLOCK_CHUNK = 4096;

  /** Terms of one column of a block: 32 for each of its 8 rows. */
  private static final int COLUMN_CHUNK = 256;

  private static final int MOST_FOR_A_LANE = 16;
  private static final int MOST_FOR_A_WARP = 1024;

  private final DeviceContext context;

  /** The operations on one device. */
  public Reductions(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#reduce}. */
  public void reduce(ReduceOp op, Tensor x, boolean[] axes, Tensor out) {
    int[] kept = x.shape().toArray();
    int[] folded = x.shape().toArray();
    for (int axis = 0; axis < axes.length; axis++) {
      (axes[axis] ? kept : folded)[axis] = 1;
    }
    StridedPieces terms = StridedPieces.of(folded, x.strides());
    if (terms.elements() == 0) {
      new Movement(context).fill(out, identity(op));
      return;
    }
    if (!terms.isOnePiece()) {
      throw new IllegalArgumentException(
          "reduce: %,d terms along %d separate axes of %s are more than a kernel takes; reduce one axis after the other"
              .formatted(terms.elements(), terms.axes().size(), x.shape()));
    }
    StridedPieces.of(kept, x.strides(), out.strides())
        .forEach(
            (outputs, _, starts) ->
                stage(
                    op,
                    x.dtype(),
                    outputs,
                    terms,
                    Grids.at(context, x, starts[0]),
                    Grids.at(context, out, starts[1])));
  }

  /** Adds up the rows of a contiguous matrix. */
  void sumRows(DType dtype, DevicePointer matrix, int rows, int width, DevicePointer out) {
    var outputs = StridedPieces.of(new int[] {width}, new long[] {1}, new long[] {1});
    var terms = StridedPieces.of(new int[] {rows}, new long[] {width});
    stage(ReduceOp.SUM, dtype, outputs, terms, matrix, out);
  }

  private static double identity(ReduceOp op) {
    return switch (op) {
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
      case SUM, SUM_ABS, SUM_SQUARES -> 0;
    };
  }

  /** How partial results join. */
  private static ReduceOp joining(ReduceOp op) {
    return op == ReduceOp.MAX || op == ReduceOp.MIN ? op : ReduceOp.SUM;
  }

  private enum Path {
    COLUMNS(COLUMN_CHUNK),
    WARP(MOST_FOR_A_WARP),
    BLOCK(BLOCK_CHUNK);

    final int chunk;

    Path(int chunk) {
      this.chunk = chunk;
    }

    static Path of(StridedPieces outputs, StridedPieces terms) {
      long count = terms.elements();
      boolean adjacent =
          outputs.elements() >= LANES
              && outputs.axes().getFirst().strides()[0] < terms.axes().getFirst().strides()[0];
      if (adjacent || count <= MOST_FOR_A_LANE) {
        return COLUMNS;
      }
      return count <= MOST_FOR_A_WARP ? WARP : BLOCK;
    }
  }

  private void stage(
      ReduceOp op,
      DType dtype,
      StridedPieces outputs,
      StridedPieces terms,
      DevicePointer x,
      DevicePointer out) {
    int count = (int) outputs.elements();
    Path path = Path.of(outputs, terms);
    int chunks = Math.toIntExact(Math.ceilDiv(terms.elements(), path.chunk));
    if (chunks == 1) {
      launch(op, dtype, path, outputs, terms, x, out);
      return;
    }
    long bytes = (long) chunks * count * dtype.bytes();
    try (DeviceBuffer partials = context.scratch(bytes, "reduce")) {
      DevicePointer partial = context.pointer(partials);
      launch(op, dtype, path, outputs, terms, x, partial);
      var rest = StridedPieces.of(new int[] {chunks}, new long[] {count});
      stage(joining(op), dtype, outputs.readDensely(), rest, partial, out);
    }
  }

  private void launch(
      ReduceOp op,
      DType dtype,
      Path path,
      StridedPieces outputs,
      StridedPieces terms,
      DevicePointer x,
      DevicePointer out) {
    String name = "%s_%s_%s".formatted(path, op, Operands.name(dtype)).toLowerCase(Locale.ROOT);
    int count = (int) outputs.elements();
    Launch launch =
        context
            .launch(MODULE, "reduce_" + name)
            .struct(outputs.build())
            .int32(count)
            .struct(terms.build())
            .int32((int) terms.elements());
    if (path == Path.WARP) {
      launch.pointer(x).pointer(out).overElements((long) count * LANES);
      return;
    }
    long pieces = Math.ceilDiv(terms.elements(), path.chunk);
    launch.int32(path.chunk).pointer(x).pointer(out);
    if (path == Path.COLUMNS) {
      long groups = Math.ceilDiv(count, LANES);
      launch.run(
          Extent.of(Grids.blocks(context, groups * pieces)),
          Extent.of(LANES, Launch.THREADS / LANES));
    } else {
      launch.run(Extent.of(Grids.blocks(context, count * pieces)), Extent.of(Launch.THREADS));
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#argmax}. */
  public void argmax(Tensor x, Tensor out) {
    int last = x.rank() - 1;
    StridedPieces.of(
            Arrays.copyOf(x.shape().toArray(), last),
            Arrays.copyOf(x.strides(), last),
            Arrays.copyOf(out.strides(), last))
        .forEach(
            (rows, n, starts) ->
                context
                    .launch(MODULE, "argmax_" + Operands.name(x.dtype()))
                    .struct(rows.build())
                    .int32(n)
                    .int32(x.dim(last))
                    .int64(x.stride(last))
                    .pointer(Grids.at(context, x, starts[0]))
                    .pointer(Grids.at(context, out, starts[1]))
                    .overElements((long) n * LANES));
  }
}
