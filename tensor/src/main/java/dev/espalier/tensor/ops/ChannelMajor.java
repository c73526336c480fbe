package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/**
 * Convolutions between channel-major tensors: [N, C, H, W] stored as [C, N, H, W], so that a
 * channel of the whole batch is one run of memory. Batches of one image are both.
 *
 * <p>There a 1×1 convolution is the product of the weight with the matrix [C, N H W], and a
 * depthwise one is that of a single image with N C channels. Other convolutions are computed
 * image-major and copied.
 */
final class ChannelMajor {
  private ChannelMajor() {}

  static boolean is(Tensor x) {
    try (Tensor stored = x.transpose(0, 1)) {
      return stored.isContiguous();
    }
  }

  static void check(String operation, Tensor out) {
    if (!out.isContiguous() && !is(out)) {
      throw Check.refuse(
          operation,
          "out must be contiguous or channel-major, but shape %s has strides %s"
              .formatted(out.shape(), Arrays.toString(out.strides())));
    }
  }

  /** Any convolution with a sparse weight of the given dense shape. */
  static void conv2d(
      Tensor x,
      SparsePattern pattern,
      Tensor values,
      Shape weight,
      Tensor bias,
      boolean relu,
      ConvSpec spec,
      Tensor out) {
    if (!out.isContiguous() && spec.isPointwise(weight.dim(2), weight.dim(3)) && is(x)) {
      try (Tensor stored = x.transpose(0, 1);
          Tensor target = out.transpose(0, 1);
          Tensor pixels = matrix(stored);
          Tensor product = matrix(target)) {
        SparseOps.spmm(pattern, values, pixels, new Epilogue(bias, null, relu), product);
      }
      return;
    }
    try (Tensor images =
            out.isContiguous() ? out.alias() : Tensor.empty(x.dtype(), out.shape(), x.device());
        var use = Use.of("conv2d", x, values, bias, images)) {
      use.backend().sparseConv2d(pattern, values, weight, x, bias, relu, spec, images);
      if (!out.isContiguous()) {
        out.copyFrom(images);
      }
    }
  }

  /** Any dense convolution. */
  static void conv2d(Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    if (out.isContiguous()) {
      Convolution.conv2d(x, w, bias, relu, spec, out);
    } else if (spec.isPointwise(w.dim(2), w.dim(3)) && is(x)) {
      try (Tensor stored = x.transpose(0, 1);
          Tensor target = out.transpose(0, 1);
          Tensor pixels = matrix(stored);
          Tensor product = matrix(target);
          Tensor weight = w.reshape(w.dim(0), w.dim(1))) {
        MatMul.product("conv2d", 1, weight, pixels, 0, product, new Epilogue(bias, null, relu));
      }
    } else if (isDepthwise(w.shape(), spec) && is(x)) {
      depthwise(x, w, bias, relu, spec, out);
    } else {
      try (Tensor images = Convolution.conv2d(x, w, bias, relu, spec)) {
        out.copyFrom(images);
      }
    }
  }

  private static boolean isDepthwise(Shape weight, ConvSpec spec) {
    return weight.dim(1) == 1 && weight.dim(0) == spec.groups();
  }

  private static void depthwise(
      Tensor x, Tensor w, Tensor bias, boolean relu, ConvSpec spec, Tensor out) {
    int planes = x.dim(0) * x.dim(1);
    try (Tensor stored = x.transpose(0, 1);
        Tensor target = out.transpose(0, 1);
        Tensor image = stored.reshape(1, planes, x.dim(2), x.dim(3));
        Tensor result = target.reshape(1, planes, out.dim(2), out.dim(3));
        Tensor weights = perImage(w, x.dim(0));
        Tensor biases = bias == null ? null : perImage(bias, x.dim(0))) {
      Convolution.conv2d(image, weights, biases, relu, spec.withGroups(planes), result);
    }
  }

  /** Each row of [C, …] once per image: [C N, …]. */
  private static Tensor perImage(Tensor rows, int images) {
    int channels = rows.dim(0);
    int size = Math.toIntExact(rows.size() / Math.max(1, channels));
    try (Tensor single = rows.reshape(channels, 1, size);
        Tensor repeated = single.expand(Shape.of(channels, images, size))) {
      return repeated.reshape(rows.shape().with(0, channels * images));
    }
  }

  /** [C, N, H, W] as [C, N H W]; a copy where the storage is not contiguous. */
  private static Tensor matrix(Tensor stored) {
    long pixels = (long) stored.dim(1) * stored.dim(2) * stored.dim(3);
    return stored.reshape(stored.dim(0), Math.toIntExact(pixels));
  }
}
