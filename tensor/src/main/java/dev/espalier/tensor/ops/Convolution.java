package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;

/**
 * Two-dimensional convolution (cross-correlation) and its gradients; x [N, C, H, W], w [O,
 * C/groups, kh, kw], y [N, O, H', W'].
 */
public final class Convolution {
  private Convolution() {}

  /**
   * {@code y[n,o,p,q] = bias[o] + Σ_c,i,j w[o,c,i,j] x[n, c, p sh + i dh - ph, q sw + j dw - pw]},
   * then ReLU if asked; positions in the padding count as zero; bias [O] or null. PyTorch: {@code
   * torch.nn.functional.conv2d}.
   */
  public static Tensor conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec) {
    Shape shape = checked(x, w, bias, spec);
    return conv2d(x, w, bias, relu, spec, Tensor.empty(x.dtype(), shape, x.device()));
  }

  /** As {@link #conv2d(Tensor, Tensor, Tensor, boolean, ConvSpec)} into out, contiguous. */
  public static Tensor conv2d(
      Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    Check.shape("conv2d", "out", out, checked(x, w, bias, spec));
    Check.compute("conv2d", x, out);
    Check.contiguous("conv2d", "out", out);
    try (var use = Use.of("conv2d", x, w, bias, out)) {
      use.backend().conv2d(x, w, bias, relu, spec, out);
    }
    out.touched();
    return out;
  }

  private static Shape checked(Tensor x, Tensor w, Tensor bias, ConvSpec spec) {
    Check.compute("conv2d", x, w, bias);
    Check.rank("conv2d", "input", x, 4, "[N, C, H, W]");
    Check.rank("conv2d", "weight", w, 4, "[O, C/groups, kh, kw]");
    Check.shape("conv2d", "bias", bias, Shape.of(w.dim(0)));
    return outShape("conv2d", x.shape(), w.shape(), spec);
  }

  /**
   * The gradient of {@link #conv2d} with respect to x, given dy [N, O, H', W']. PyTorch: {@code
   * torch.nn.grad.conv2d_input}.
   */
  public static Tensor conv2dGradInput(Tensor dy, Tensor w, ConvSpec spec, Shape inputShape) {
    Check.compute("conv2dGradInput", dy, w);
    checkGradient("conv2dGradInput", dy, inputShape, w.shape(), spec);
    Tensor dx = Tensor.empty(dy.dtype(), inputShape, dy.device());
    try (var use = Use.of("conv2dGradInput", dy, w, dx)) {
      use.backend().conv2dGradInput(dy, w, spec, dx);
    }
    return dx;
  }

  /**
   * The gradient of {@link #conv2d} with respect to w, given dy [N, O, H', W']. PyTorch: {@code
   * torch.nn.grad.conv2d_weight}.
   */
  public static Tensor conv2dGradWeight(Tensor x, Tensor dy, ConvSpec spec, Shape weightShape) {
    Check.compute("conv2dGradWeight", x, dy);
    checkGradient("conv2dGradWeight", dy, x.shape(), weightShape, spec);
    Tensor dw = Tensor.empty(x.dtype(), weightShape, x.device());
    try (var use = Use.of("conv2dGradWeight", x, dy, dw)) {
      use.backend().conv2dGradWeight(x, dy, spec, dw);
    }
    return dw;
  }

  static void checkGradient(String name, Tensor dy, Shape x, Shape w, ConvSpec spec) {
    Check.shape(name, "the gradient of the output", dy, checkedOutShape(name, x, w, spec));
  }

  /** The output shape of a convolution whose operands may have any shape. */
  static Shape checkedOutShape(String name, Shape x, Shape w, ConvSpec spec) {
    if (x.rank() != 4 || w.rank() != 4) {
      throw Check.refuse(
          name,
          "input must be [N, C, H, W] and weight [O, C/groups, kh, kw] but have shapes %s and %s"
              .formatted(x, w));
    }
    return outShape(name, x, w, spec);
  }

  /** The output shape of a convolution whose operands are checked against each other. */
  static Shape outShape(String name, Shape x, Shape w, ConvSpec spec) {
    if (x.dim(1) != (long) w.dim(1) * spec.groups()) {
      throw Check.refuse(
          name,
          "input has %d channels but weight expects %d (input %s, weight %s, groups %d)"
              .formatted(x.dim(1), (long) w.dim(1) * spec.groups(), x, w, spec.groups()));
    }
    if (w.dim(0) % spec.groups() != 0) {
      throw Check.refuse(
          name,
          "%d output channels do not divide into %d groups (weight %s)"
              .formatted(w.dim(0), spec.groups(), w));
    }
    int height = w.dim(2) == 0 ? 0 : spec.outHeight(x.dim(2), w.dim(2));
    int width = w.dim(3) == 0 ? 0 : spec.outWidth(x.dim(3), w.dim(3));
    if (height < 1 || width < 1) {
      throw Check.refuse(
          name,
          ("the dilated kernel must not be empty or exceed the padded input (input %s, weight %s,"
                  + " %s); pad the input or use a smaller kernel")
              .formatted(x, w, spec));
    }
    return Shape.of(x.dim(0), w.dim(0), height, width);
  }
}
