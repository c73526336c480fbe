package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;

/** Gathers and scatters by index. */
public final class Indexing {
  private static final String MODULE = "indexing";
  private static final int LANES = 32;
  private static final long MOST_ELEMENTS = 1L << 30;

  private final DeviceContext context;

  /** The operations on one device. */
  public Indexing(DeviceContext context) {
    this.context = context;
  }

  /** What is done with some of the rows of a result. */
  interface RowRange {
    void visit(int first, int count);
  }

  /** Cuts rows of that width into ranges whose elements a kernel can count. */
  static void forEachRange(int rows, int width, RowRange range) {
    if (width == 0) {
      return;
    }
    int most = (int) Math.max(1, MOST_ELEMENTS / width);
    for (long first = 0; first < rows; first += most) {
      range.visit((int) first, (int) Math.min(most, rows - first));
    }
  }

  /** {@link dev.espalier.tensor.spi.Backend#gatherRows}. */
  public void gatherRows(Tensor x, Tensor index, Tensor out) {
    int width = x.dim(1);
    forEachRange(
        index.dim(0),
        width,
        (first, count) ->
            context
                .launch(MODULE, "gather_rows_b" + 8 * x.dtype().bytes())
                .int32(count * width)
                .struct(new Fields().divisor(width).build())
                .int64(x.stride(0))
                .int64(x.stride(1))
                .pointer(Grids.at(context, index, first))
                .tensor(x)
                .pointer(Grids.at(context, out, (long) first * width))
                .overElements((long) count * width));
  }

  /** {@link dev.espalier.tensor.spi.Backend#scatterAddRows}. */
  public void scatterAddRows(Tensor source, Tensor index, Tensor out) {
    int count = index.dim(0);
    if (out.dim(1) == 0) {
      return;
    }
    context
        .launch(MODULE, "scatter_add_rows_" + Operands.name(out.dtype()))
        .int32(count)
        .int32(out.dim(1))
        .int64(source.stride(0))
        .int64(source.stride(1))
        .tensor(index)
        .tensor(source)
        .tensor(out)
        .overElements((long) count * LANES);
  }

  /** {@link dev.espalier.tensor.spi.Backend#pick}. */
  public void pick(Tensor x, Tensor index, Tensor out) {
    context
        .launch(MODULE, "pick_" + Operands.name(x.dtype()))
        .int64(index.size())
        .int64(x.stride(0))
        .int64(x.stride(1))
        .tensor(index)
        .tensor(x)
        .tensor(out)
        .overElements(index.size());
  }

  /** {@link dev.espalier.tensor.spi.Backend#unpick}. */
  public void unpick(Tensor source, Tensor index, Tensor out) {
    int columns = out.dim(1);
    forEachRange(
        out.dim(0),
        columns,
        (first, count) ->
            context
                .launch(MODULE, "unpick_" + Operands.name(out.dtype()))
                .int32(count * columns)
                .struct(new Fields().divisor(columns).build())
                .int64(source.stride(0))
                .pointer(Grids.at(context, index, first))
                .pointer(Grids.at(context, source, first * source.stride(0)))
                .pointer(Grids.at(context, out, (long) first * columns))
                .overElements((long) count * columns));
  }

  /** {@link dev.espalier.tensor.spi.Backend#gatherElements}. */
  public void gatherElements(Tensor dense, int[] positions, Tensor values) {
    if (positions.length == 0) {
      return;
    }
    context
        .launch(MODULE, "gather_elements_" + Operands.name(dense.dtype()))
        .int64(positions.length)
        .pointer(context.constant(positions))
        .tensor(dense)
        .tensor(values)
        .overElements(positions.length);
  }

  /** {@link dev.espalier.tensor.spi.Backend#scatterElements}. */
  public void scatterElements(Tensor values, int[] positions, Tensor dense) {
    new Movement(context).fill(dense, 0);
    if (positions.length == 0) {
      return;
    }
    context
        .launch(MODULE, "scatter_elements_" + Operands.name(dense.dtype()))
        .int64(positions.length)
        .pointer(context.constant(positions))
        .tensor(values)
        .tensor(dense)
        .overElements(positions.length);
  }
}
