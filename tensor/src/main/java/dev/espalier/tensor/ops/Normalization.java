package dev.espalier.tensor.ops;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;

/** Batch normalisation's parts over [N, C, …] and layer normalisation over the last axis. */
public final class Normalization {
  private Normalization() {}

  /** Per-channel mean and biased variance, both [C]. */
  public record Stats(Tensor mean, Tensor variance) {}

  /**
   * Layer normalisation's output, and per row the mean and {@code 1 / sqrt(variance + eps)} that
   * its gradient needs.
   */
  public record LayerNormed(Tensor values, Tensor mean, Tensor invStd) {}

  /** Gradients with respect to the input, the scale and the shift. */
  public record Gradients(Tensor dx, Tensor dgamma, Tensor dbeta) {}

  /**
   * Mean and biased variance per channel of [N, C, …], in two passes. PyTorch: {@code
   * var_mean(correction=0)} over all axes but 1.
   */
  public static Stats channelStats(Tensor x) {
    Check.compute("channelStats", x);
    Shape planes = planes("channelStats", x);
    if (x.dim(1) > 0 && x.size() == 0) {
      throw Check.refuse(
          "channelStats",
          "needs at least one value per channel but the shape is %s".formatted(x.shape()));
    }
    Tensor mean = Tensor.empty(x.dtype(), Shape.of(x.dim(1)), x.device());
    Tensor variance = Tensor.empty(x.dtype(), Shape.of(x.dim(1)), x.device());
    try (Tensor dense = x.reshape(planes);
        var use = Use.of("channelStats", dense, mean, variance)) {
      use.backend().channelStats(dense, mean, variance);
    }
    return new Stats(mean, variance);
  }

  /** One scale and shift per channel, both [C]. */
  public record Affine(Tensor scale, Tensor shift) {}

  /**
   * Batch normalisation with given statistics as one scale and shift per channel: {@code scale = γ
   * / sqrt(variance + ε)}, {@code shift = β - mean scale}; all [C].
   */
  public static Affine batchNormAffine(
      Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double eps) {
    try (Tensor invStd = inverseDeviation(variance, eps)) {
      Tensor scale = Elementwise.mul(gamma, invStd);
      try (Tensor centre = Elementwise.mul(mean, scale)) {
        return new Affine(scale, Elementwise.sub(beta, centre));
      }
    }
  }

  /** {@code 1 / sqrt(variance + ε)}. */
  public static Tensor inverseDeviation(Tensor variance, double eps) {
    try (Tensor shifted = Elementwise.addScalar(variance, eps)) {
      return Elementwise.rsqrt(shifted);
    }
  }

  /**
   * {@code γ (x - mean) / sqrt(variance + ε) + β} per channel of x [N, C, …], then ReLU if asked.
   * PyTorch: {@code torch.nn.functional.batch_norm}.
   */
  public static Tensor batchNorm(
      Tensor x, Tensor gamma, Tensor beta, Tensor mean, Tensor variance, double eps, boolean relu) {
    Affine affine = batchNormAffine(gamma, beta, mean, variance, eps);
    try (Tensor scale = affine.scale();
        Tensor shift = affine.shift()) {
      return channelAffine(x, scale, shift, relu);
    }
  }

  /**
   * {@code out[n,c,…] = scale[c] x[n,c,…] + shift[c]}, then ReLU if asked. PyTorch: {@code
   * batch_norm} in evaluation, folded.
   */
  public static Tensor channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu) {
    Tensor out = Tensor.empty(x.dtype(), x.shape(), x.device());
    return channelAffine(x, scale, shift, relu, out);
  }

  /** As {@link #channelAffine(Tensor, Tensor, Tensor, boolean)} into out, which is contiguous. */
  public static Tensor channelAffine(
      Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    Check.compute("channelAffine", x, scale, shift, out);
    Shape planes = planes("channelAffine", x);
    perChannel("channelAffine", x, "scale", scale);
    perChannel("channelAffine", x, "shift", shift);
    Check.shape("channelAffine", "out", out, x.shape());
    Check.contiguous("channelAffine", "out", out);
    try (Tensor dense = x.reshape(planes);
        Tensor target = out.reshape(planes);
        var use = Use.of("channelAffine", dense, scale, shift, target)) {
      use.backend().channelAffine(dense, scale, shift, relu, target);
    }
    out.touched();
    return out;
  }

  /**
   * The gradient of {@code y = gamma (x - mean) invStd + beta} where mean and invStd are those of
   * this batch. With m values per channel and {@code x̂ = (x - mean) invStd}: {@code dbeta = Σ dy},
   * {@code dgamma = Σ dy x̂}, {@code dx = gamma invStd (dy - dbeta/m - x̂ dgamma/m)}. Source: Ioffe
   * and Szegedy, Batch Normalization (2015). PyTorch: {@code native_batch_norm_backward}.
   *
   * @param relu what a ReLU made of y, if dy is the gradient there: it counts where that is above 0
   *     and is zero elsewhere; null if no ReLU followed
   */
  public static Gradients batchNormGrad(
      Tensor x, Tensor dy, Tensor relu, Tensor gamma, Tensor mean, Tensor invStd) {
    String name = "batchNormGrad";
    Check.compute(name, x, dy, relu, gamma, mean, invStd);
    Shape planes = planes(name, x);
    Check.shape(name, "the gradient of the output", dy, x.shape());
    Check.shape(name, "the output of the ReLU", relu, x.shape());
    perChannel(name, x, "gamma", gamma);
    perChannel(name, x, "mean", mean);
    perChannel(name, x, "invStd", invStd);
    Tensor dgamma = Tensor.empty(x.dtype(), gamma.shape(), x.device());
    Tensor dbeta = Tensor.empty(x.dtype(), gamma.shape(), x.device());
    try (Tensor inputs = x.reshape(planes);
        Tensor gradients = dy.reshape(planes);
        Tensor outputs = relu == null ? null : relu.reshape(planes);
        Tensor dx = Tensor.empty(x.dtype(), planes, x.device());
        var use =
            Use.of(name, inputs, gradients, outputs, gamma, mean, invStd, dx, dgamma, dbeta)) {
      use.backend()
          .batchNormGrad(inputs, gradients, outputs, gamma, mean, invStd, dx, dgamma, dbeta);
      return new Gradients(dx.reshape(x.shape()), dgamma, dbeta);
    }
  }

  /**
   * {@code y = gamma (x - mean) / sqrt(variance + eps) + beta} with mean and biased variance over
   * the last axis; gamma, beta [D]. Source: Ba, Kiros and Hinton, Layer Normalization (2016).
   * PyTorch: {@code layer_norm} over the last axis.
   */
  public static LayerNormed layerNorm(Tensor x, Tensor gamma, Tensor beta, double eps) {
    Check.compute("layerNorm", x, gamma, beta);
    Shape rows = rows("layerNorm", x);
    Check.shape("layerNorm", "gamma", gamma, Shape.of(x.dim(-1)));
    Check.shape("layerNorm", "beta", beta, Shape.of(x.dim(-1)));
    Tensor mean = Tensor.empty(x.dtype(), Shape.of(rows.dim(0)), x.device());
    Tensor invStd = Tensor.empty(x.dtype(), Shape.of(rows.dim(0)), x.device());
    try (Tensor dense = x.reshape(rows);
        Tensor out = Tensor.empty(x.dtype(), rows, x.device());
        var use = Use.of("layerNorm", dense, gamma, beta, out, mean, invStd)) {
      use.backend().layerNorm(dense, gamma, beta, eps, out, mean, invStd);
      return new LayerNormed(out.reshape(x.shape()), mean, invStd);
    }
  }

  /**
   * The gradient of {@link #layerNorm}; mean and invStd [rows] are those it returned. PyTorch:
   * {@code native_layer_norm_backward}.
   */
  public static Gradients layerNormGrad(
      Tensor x, Tensor dy, Tensor gamma, Tensor mean, Tensor invStd) {
    String name = "layerNormGrad";
    Check.compute(name, x, dy, gamma, mean, invStd);
    Shape rows = rows(name, x);
    Check.shape(name, "the gradient of the output", dy, x.shape());
    Check.shape(name, "gamma", gamma, Shape.of(x.dim(-1)));
    Check.shape(name, "mean", mean, Shape.of(rows.dim(0)));
    Check.shape(name, "invStd", invStd, Shape.of(rows.dim(0)));
    Tensor dgamma = Tensor.empty(x.dtype(), gamma.shape(), x.device());
    Tensor dbeta = Tensor.empty(x.dtype(), gamma.shape(), x.device());
    try (Tensor inputs = x.reshape(rows);
        Tensor gradients = dy.reshape(rows);
        Tensor dx = Tensor.empty(x.dtype(), rows, x.device());
        var use = Use.of(name, inputs, gradients, gamma, mean, invStd, dx, dgamma, dbeta)) {
      use.backend().layerNormGrad(inputs, gradients, gamma, mean, invStd, dx, dgamma, dbeta);
      return new Gradients(dx.reshape(x.shape()), dgamma, dbeta);
    }
  }

  /** x as [N, C, S]. */
  private static Shape planes(String name, Tensor x) {
    if (x.rank() < 2) {
      throw Check.refuse(name, "input must be [N, C, …] but has shape %s".formatted(x.shape()));
    }
    long spatial = 1;
    for (int axis = 2; axis < x.rank(); axis++) {
      spatial *= x.dim(axis);
    }
    return Shape.of(x.dim(0), x.dim(1), Math.toIntExact(spatial));
  }

  /** x as [R, D]. */
  private static Shape rows(String name, Tensor x) {
    if (x.rank() < 1) {
      throw Check.refuse(name, "needs at least one axis but got a scalar");
    }
    long rows = 1;
    for (int axis = 0; axis < x.rank() - 1; axis++) {
      rows *= x.dim(axis);
    }
    return Shape.of(Math.toIntExact(rows), x.dim(-1));
  }

  private static void perChannel(String name, Tensor x, String role, Tensor values) {
    if (values.rank() != 1 || values.dim(0) != x.dim(1)) {
      throw Check.refuse(
          name,
          "%s must hold one value for each of the %d channels of %s but has shape %s"
              .formatted(role, x.dim(1), x.shape(), values.shape()));
    }
  }
}
