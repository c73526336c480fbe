package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/** Lays out the input of a convolution so that a tap is a constant distance. */
public final class ConvPlanes {
  private ConvPlanes() {}

  /**
   * The input [N, C, H, W] of any strides with its padding, one plane for each phase of the stride;
   * itself where there is neither. A new handle.
   */
  public static Tensor of(DeviceContext context, Tensor x, ConvPlan plan) {
    if (plan.isIdentity(x.dim(2), x.dim(3)) && x.isContiguous()) {
      Operands.checkSpan("sparse convolution", x);
      return Operands.aligned(x);
    }
    long size = x.dim(0) * plan.imageElements();
    Tensor planes =
        Tensor.empty(x.dtype(), Shape.of(Grids.extent("sparse convolution", size)), x.device());
    ConvGrid height = plan.height();
    ConvGrid width = plan.width();
    var fields =
        new Fields()
            .divisor(width.extent())
            .divisor(height.extent())
            .divisor(width.phases())
            .divisor(height.phases())
            .divisor(Math.max(1, plan.channels()))
            .int32(height.step())
            .int32(width.step())
            .int32(x.dim(2))
            .int32(x.dim(3))
            .int32(height.pad())
            .int32(width.pad());
    for (long stride : x.strides()) {
      fields.int64(stride);
    }
    context
        .launch("sparse_conv", "conv_planes_" + Operands.name(x.dtype()))
        .struct(fields.build())
        .int32((int) size)
        .tensor(x)
        .tensor(planes)
        .overElements(size);
    return planes;
  }
}
