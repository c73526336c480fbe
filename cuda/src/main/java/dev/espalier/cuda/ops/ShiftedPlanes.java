package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Lays out an operand of a convolution for tensor cores: in their type, a copy for each horizontal
 * tap, rows from one 16-byte boundary to another (module {@code blocks_conv_mma}).
 */
final class ShiftedPlanes {
  private ShiftedPlanes() {}

  /**
   * The tensor [N, C, H, W] of any strides that a plan's taps read; itself where nothing moves. A
   * new handle.
   */
  static Tensor of(
      DeviceContext context, Tensor x, ConvPlan plan, ConvSpec spec, TensorCoreType type) {
    return of(context, x, plan.height(), plan.width(), spec, type);
  }

  /** The output gradient [N, O, H', W'] as the grid of a forward plan walks it. A new handle. */
  static Tensor ofOutputs(DeviceContext context, Tensor dy, ConvPlan plan, TensorCoreType type) {
    var height = ConvGrid.forwardH(ConvSpec.DEFAULT, plan.height().grid(), 1);
    var width =
        ConvGrid.forwardW(ConvSpec.DEFAULT, plan.width().used(), 1).shifted(1, type.piece());
    return of(context, dy, height, width, ConvSpec.DEFAULT, type);
  }

  private static Tensor of(
      DeviceContext context,
      Tensor x,
      ConvGrid height,
      ConvGrid width,
      ConvSpec spec,
      TensorCoreType type) {
    TensorCoreOperands.check(x, type);
    boolean identity =
        height.isIdentity(x.dim(2))
            && width.isIdentity(x.dim(3))
            && x.isContiguous()
            && x.dtype() == type.storage();
    if (identity) {
      Operands.checkSpan("block-sparse convolution", x);
      return Operands.aligned(x);
    }
    long planes = (long) x.dim(0) * x.dim(1) * height.phases() * width.phases();
    int size =
        Grids.extent(
            "block-sparse convolution",
            Math.multiplyExact(planes, (long) height.extent() * width.extent()));
    Tensor out = Tensor.empty(type.storage(), Shape.of(size), x.device());
    var fields =
        new Fields()
            .divisor(width.extent())
            .divisor(height.extent())
            .divisor(width.phases())
            .divisor(height.phases())
            .divisor(Math.max(1, x.dim(1)))
            .divisor(width.backward() ? spec.strideW() : 1)
            .int32(width.used())
            .int32(height.step())
            .int32(width.step())
            .int32(x.dim(2))
            .int32(x.dim(3))
            .int32(height.pad())
            .int32(width.start())
            .int32(spec.dilationW())
            .int32(width.backward() ? 1 : 0)
            .int64s(x.strides());
    context
        .launch("blocks_conv_mma", "conv_shifted_" + type.conversion(x.dtype()))
        .struct(fields.build())
        .int32(size)
        .tensor(x)
        .tensor(out)
        .overElements(size);
    return out;
  }

  /** A weight's values in the order of a plan, zero where it says -1. A new handle. */
  static Tensor repacked(DeviceContext context, Tensor values, ConvPlan plan, TensorCoreType type) {
    TensorCoreOperands.check(values, type);
    int size = plan.index().values();
    Tensor out = Tensor.empty(type.storage(), Shape.of(size), values.device());
    try (Tensor stored = values.contiguous()) {
      context
          .launch("blocks_conv_mma", "conv_repacked_" + type.conversion(values.dtype()))
          .int32(size)
          .pointer(context.constant(plan.permutation()))
          .tensor(stored)
          .tensor(out)
          .overElements(size);
    }
    return out;
  }
}
