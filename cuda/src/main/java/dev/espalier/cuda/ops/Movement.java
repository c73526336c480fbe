package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.kernel.Launch;
import dev.espalier.cuda.ops.StridedPieces.Axis;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Fills, copies and chooses elements of every type. */
public final class Movement {
  private static final String MODULE = "movement";
  private static final int TILE = 32;

  /** Below this, a tile of the transposing kernel is mostly empty. */
  private static final int FEWEST_TO_TRANSPOSE = 8;

  private final DeviceContext context;

  /** The operations on one device. */
  public Movement(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#fill}. */
  public void fill(Tensor out, double value) {
    long bits = bits(out.dtype(), value);
    int width = out.dtype().bytes();
    if (out.isContiguous()) {
      fillBytes(context.pointer(out), out.size() * width, repeated(bits, width));
      return;
    }
    StridedPieces.of(out.shape().toArray(), out.strides())
        .forEach(
            (piece, n, starts) ->
                context
                    .launch(MODULE, "fill_strided_b" + 8 * width)
                    .struct(piece.build())
                    .int32(n)
                    .pointer(at(out, starts[0]))
                    .int64(bits)
                    .overElements(n));
  }

  private void fillBytes(DevicePointer to, long bytes, long pattern) {
    if (bytes == 0) {
      return;
    }
    if (pattern == 0) {
      context.stream().fill(to, (byte) 0, bytes);
    } else {
      context
          .launch(MODULE, "fill_bytes")
          .pointer(to)
          .int64(bytes)
          .int64(pattern)
          .overElements(Launch.ceilDiv(bytes, 16));
    }
  }

  /** An element of that value, as a number of its width. */
  private static long bits(DType dtype, double value) {
    var element = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Long.BYTES));
    Elements.set(dtype, element, 0, value);
    return element.get(Elements.LONG, 0);
  }

  private static long repeated(long bits, int width) {
    long pattern = bits;
    for (int filled = width; filled < Long.BYTES; filled *= 2) {
      pattern |= pattern << (8 * filled);
    }
    return pattern;
  }

  /** {@link dev.espalier.tensor.spi.Backend#copy}. */
  public void copy(Tensor source, Tensor target) {
    if (source.size() == 0) {
      return;
    }
    if (source.dtype() != target.dtype()) {
      convert(source, target);
    } else if (source.isContiguous() && target.isContiguous()) {
      long bytes = source.size() * source.dtype().bytes();
      context.stream().copyOnDevice(context.pointer(source), context.pointer(target), bytes);
    } else {
      rearrange(source, target);
    }
  }

  private void convert(Tensor source, Tensor target) {
    StridedPieces.of(source.shape().toArray(), source.strides(), target.strides())
        .forEach(
            (piece, n, starts) ->
                context
                    .launch(MODULE, "convert_" + source.dtype().label())
                    .struct(piece.build())
                    .int32(n)
                    .pointer(at(source, starts[0]))
                    .pointer(at(target, starts[1]))
                    .int32(target.dtype().ordinal())
                    .overElements(n));
  }

  private void rearrange(Tensor source, Tensor target) {
    StridedPieces.of(source.shape().toArray(), source.strides(), target.strides())
        .forEach(
            (piece, n, starts) -> {
              Axis row = unit(piece, 1);
              Axis column = unit(piece, 0);
              DevicePointer from = at(source, starts[0]);
              DevicePointer to = at(target, starts[1]);
              int bits = 8 * source.dtype().bytes();
              if (row == null || column == null || row.equals(column)) {
                context
                    .launch(MODULE, "copy_b" + bits)
                    .struct(piece.build())
                    .int32(n)
                    .pointer(from)
                    .pointer(to)
                    .overElements(n);
              } else {
                transpose(bits, piece, row, column, from, to);
              }
            });
  }

  /** An axis along which the operand's elements are adjacent and a tile is well filled, or null. */
  private static Axis unit(StridedPieces piece, int operand) {
    for (Axis axis : piece.axes()) {
      if (axis.strides()[operand] == 1 && axis.extent() >= FEWEST_TO_TRANSPOSE) {
        return axis;
      }
    }
    return null;
  }

  /** Rows are adjacent in the target, columns in the source. */
  private void transpose(
      int bits, StridedPieces all, Axis row, Axis column, DevicePointer from, DevicePointer to) {
    StridedPieces planes = all.without(row, column);
    long count = planes.elements();
    long tiles = Launch.ceilDiv(row.extent(), TILE) * Launch.ceilDiv(column.extent(), TILE) * count;
    context
        .launch(MODULE, "transpose_b" + bits)
        .struct(planes.build())
        .int32((int) count)
        .int32((int) row.extent())
        .int32((int) column.extent())
        .int64(row.strides()[0])
        .int64(column.strides()[1])
        .pointer(from)
        .pointer(to)
        .run(Extent.of(Grids.blocks(context, tiles)), Extent.of(TILE, Launch.THREADS / TILE));
  }

  /** {@link dev.espalier.tensor.spi.Backend#select}. */
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    StridedPieces.of(
            out.shape().toArray(), condition.strides(), a.strides(), b.strides(), out.strides())
        .forEach(
            (piece, n, starts) ->
                context
                    .launch(MODULE, "select_b" + 8 * out.dtype().bytes())
                    .struct(piece.build())
                    .int32(n)
                    .pointer(at(condition, starts[0]))
                    .int32(condition.dtype().ordinal())
                    .pointer(at(a, starts[1]))
                    .pointer(at(b, starts[2]))
                    .pointer(at(out, starts[3]))
                    .overElements(n));
  }

  private DevicePointer at(Tensor tensor, long element) {
    return Grids.at(context, tensor, element);
  }
}
