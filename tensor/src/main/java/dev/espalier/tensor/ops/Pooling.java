package dev.espalier.tensor.ops;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.PoolSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;

/** Two-dimensional pooling of [N, C, H, W] and its gradients. */
public final class Pooling {
  private Pooling() {}

  /**
   * The result of max pooling.
   *
   * @param values the maxima [N, C, H', W']
   * @param indices where each was found, {@code h W + w} within the plane, int32 [N, C, H', W']
   */
  public record Pooled(Tensor values, Tensor indices) {}

  /**
   * The largest element of each window, the first of equals; NaN counts as largest. PyTorch: {@code
   * max_pool2d(return_indices=True)}.
   */
  public static Pooled maxPool2d(Tensor x, PoolSpec spec) {
    Check.compute("maxPool2d", x);
    Shape shape = outShape("maxPool2d", x.shape(), spec);
    Tensor values = Tensor.empty(x.dtype(), shape, x.device());
    Tensor indices = Tensor.empty(DType.INT32, shape, x.device());
    try (var use = Use.of("maxPool2d", x, values, indices)) {
      use.backend().maxPool2d(x, spec, values, indices);
    }
    return new Pooled(values, indices);
  }

  /** The values of {@link #maxPool2d(Tensor, PoolSpec)} into out, which is contiguous. */
  public static Tensor maxPool2d(Tensor x, PoolSpec spec, Tensor out) {
    Check.compute("maxPool2d", x, out);
    Shape shape = outShape("maxPool2d", x.shape(), spec);
    Check.shape("maxPool2d", "out", out, shape);
    Check.contiguous("maxPool2d", "out", out);
    try (var use = Use.of("maxPool2d", x, out)) {
      use.backend().maxPool2d(x, spec, out, null);
    }
    out.touched();
    return out;
  }

  /** The gradient of {@link #maxPool2d}: each dy is added at the index of its window. */
  public static Tensor maxPool2dGrad(Tensor dy, Tensor indices, PoolSpec spec, Shape inputShape) {
    Check.compute("maxPool2dGrad", dy);
    Check.type("maxPool2dGrad", "indices", indices, DType.INT32);
    Check.shape(
        "maxPool2dGrad",
        "the gradient of the output",
        dy,
        outShape("maxPool2dGrad", inputShape, spec));
    Check.shape("maxPool2dGrad", "indices", indices, dy.shape());
    Tensor dx = Tensor.empty(dy.dtype(), inputShape, dy.device());
    try (var use = Use.of("maxPool2dGrad", dy, indices, dx)) {
      use.backend().maxPool2dGrad(dy, indices, spec, dx);
    }
    return dx;
  }

  /**
   * {@code out[n,c,p,q] = x[n,c].flat[indices[n,c,p,q]]}: the gradient of {@link #maxPool2dGrad}.
   */
  public static Tensor maxPool2dGather(Tensor x, Tensor indices) {
    Check.compute("maxPool2dGather", x);
    Check.type("maxPool2dGather", "indices", indices, DType.INT32);
    Check.rank("maxPool2dGather", "input", x, 4, "[N, C, H, W]");
    Check.rank("maxPool2dGather", "indices", indices, 4, "[N, C, H', W']");
    if (x.dim(0) != indices.dim(0) || x.dim(1) != indices.dim(1)) {
      throw Check.refuse(
          "maxPool2dGather",
          "input %s and indices %s must agree in batch and channels"
              .formatted(x.shape(), indices.shape()));
    }
    Tensor out = Tensor.empty(x.dtype(), indices.shape(), x.device());
    try (var use = Use.of("maxPool2dGather", x, indices, out)) {
      use.backend().maxPool2dGather(x, indices, out);
    }
    return out;
  }

  /**
   * The mean of each window; padding counts as zeros. PyTorch: {@code
   * avg_pool2d(count_include_pad=True)}.
   */
  public static Tensor avgPool2d(Tensor x, PoolSpec spec) {
    Check.compute("avgPool2d", x);
    Shape shape = outShape("avgPool2d", x.shape(), spec);
    return avgPool2d(x, spec, Tensor.empty(x.dtype(), shape, x.device()));
  }

  /** As {@link #avgPool2d(Tensor, PoolSpec)} into out, which is contiguous. */
  public static Tensor avgPool2d(Tensor x, PoolSpec spec, Tensor out) {
    Check.compute("avgPool2d", x, out);
    Check.shape("avgPool2d", "out", out, outShape("avgPool2d", x.shape(), spec));
    Check.contiguous("avgPool2d", "out", out);
    try (var use = Use.of("avgPool2d", x, out)) {
      use.backend().avgPool2d(x, spec, out);
    }
    out.touched();
    return out;
  }

  /** The gradient of {@link #avgPool2d}. */
  public static Tensor avgPool2dGrad(Tensor dy, PoolSpec spec, Shape inputShape) {
    Check.compute("avgPool2dGrad", dy);
    Check.shape(
        "avgPool2dGrad",
        "the gradient of the output",
        dy,
        outShape("avgPool2dGrad", inputShape, spec));
    Tensor dx = Tensor.empty(dy.dtype(), inputShape, dy.device());
    try (var use = Use.of("avgPool2dGrad", dy, dx)) {
      use.backend().avgPool2dGrad(dy, spec, dx);
    }
    return dx;
  }

  private static Shape outShape(String name, Shape x, PoolSpec spec) {
    if (x.rank() != 4) {
      throw Check.refuse(name, "input must be [N, C, H, W] but has shape %s".formatted(x));
    }
    int height = x.dim(2) == 0 ? 0 : spec.outHeight(x.dim(2));
    int width = x.dim(3) == 0 ? 0 : spec.outWidth(x.dim(3));
    if (height < 1 || width < 1) {
      throw Check.refuse(
          name,
          "the window must not exceed the padded input (input %s, %s); use a smaller kernel"
              .formatted(x, spec));
    }
    return Shape.of(x.dim(0), x.dim(1), height, width);
  }
}
