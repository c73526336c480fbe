package dev.espalier.tensor.ops;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.SparsePattern;
import dev.espalier.tensor.spi.Epilogue;
import java.util.Arrays;

/**
 * Convolutions between channel-major tensors: [N, C, H, W] stored as [C, N, H, W], so that a
 * channel of the whole batch is one run of memory. Batches of one image are both.
 *
 * <p>There a 1×1 convolution is the product of the weight with the matrix [C, N H W], and a
 * depthwise one is that of a single image with N C channels. Other dense convolutions are computed
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

  /** A 1×1 convolution with a sparse weight; x and out are copied where they are image-major. */
  static void spmm(
      SparsePattern pattern, Tensor values, Tensor x, Tensor bias, boolean relu, Tensor out) {
    var epilogue = new Epilogue(bias, null, relu);
    try (Tensor stored = x.transpose(0, 1);
        Tensor pixels = matrix(stored)) {
      if (is(out)) {
        try (Tensor target = out.transpose(0, 1);
            Tensor product = matrix(target)) {
          SparseOps.spmm(pattern, values, pixels, epilogue, product);
        }
        return;
      }
      Shape shape = Shape.of(out.dim(1), out.dim(0), out.dim(2), out.dim(3));
      try (Tensor product = SparseOps.spmm(pattern, values, pixels, epilogue);
          Tensor target = out.transpose(0, 1);
          Tensor maps = product.reshape(shape)) {
        target.copyFrom(maps);
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
