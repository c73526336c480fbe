package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.spi.BinaryOp;
import dev.espalier.tensor.spi.UnaryOp;
import java.util.Locale;

/** Maps each element of one or two operands. */
public final class Elementwise {
  private static final String MODULE = "elementwise";

  private final DeviceContext context;

  /** The operations on one device. */
  public Elementwise(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#unary}. */
  public void unary(UnaryOp op, double p, Tensor x, Tensor out) {
    String entry = entry("unary", op, out.dtype());
    StridedPieces.of(out.shape().toArray(), x.strides(), out.strides())
        .forEach(
            (piece, n, starts) ->
                context
                    .launch(MODULE, entry)
                    .struct(piece.build())
                    .int64(n)
                    .number(out.dtype(), p)
                    .pointer(Grids.at(context, x, starts[0]))
                    .pointer(Grids.at(context, out, starts[1]))
                    .overElements(n));
  }

  /** {@link dev.espalier.tensor.spi.Backend#binary}. */
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    String entry = entry("binary", op, out.dtype());
    StridedPieces.of(out.shape().toArray(), a.strides(), b.strides(), out.strides())
        .forEach(
            (piece, n, starts) ->
                context
                    .launch(MODULE, entry)
                    .struct(piece.build())
                    .int64(n)
                    .pointer(Grids.at(context, a, starts[0]))
                    .pointer(Grids.at(context, b, starts[1]))
                    .pointer(Grids.at(context, out, starts[2]))
                    .overElements(n));
  }

  private static String entry(String family, Enum<?> op, DType dtype) {
    return family + "_" + op.name().toLowerCase(Locale.ROOT) + "_" + Operands.name(dtype);
  }

  /** {@link dev.espalier.tensor.spi.Backend#axpby}. */
  public void axpby(double alpha, Tensor x, double beta, Tensor y) {
    context
        .launch(MODULE, "axpby_" + Operands.name(y.dtype()))
        .int64(y.size())
        .number(y.dtype(), alpha)
        .tensor(x)
        .number(y.dtype(), beta)
        .tensor(y)
        .overElements(y.size());
  }

  /** {@link dev.espalier.tensor.spi.Backend#applyMask}. */
  public void applyMask(long[] maskWords, Tensor x, Tensor out) {
    if (out.size() == 0) {
      return;
    }
    context
        .launch(MODULE, "apply_mask_" + Operands.name(out.dtype()))
        .int64(out.size())
        .pointer(context.constant(maskWords))
        .tensor(x)
        .tensor(out)
        .overElements(out.size());
  }
}
