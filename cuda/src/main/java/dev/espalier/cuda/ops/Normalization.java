package dev.espalier.cuda.ops;

import dev.espalier.cuda.context.DeviceContext;
import dev.espalier.tensor.Tensor;

/** Batch and layer normalisation. */
public final class Normalization {
  private final DeviceContext context;

  /** The operations on one device. */
  public Normalization(DeviceContext context) {
    this.context = context;
  }

  /** {@link dev.espalier.tensor.spi.Backend#channelStats}. */
  public void channelStats(Tensor x, Tensor mean, Tensor variance) {
    throw new UnsupportedOperationException(context.device() + ": channelStats has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#channelAffine}. */
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, boolean relu, Tensor out) {
    throw new UnsupportedOperationException(context.device() + ": channelAffine has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#batchNormGrad}. */
  public void batchNormGrad(
      Tensor x,
      Tensor dy,
      Tensor y,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    throw new UnsupportedOperationException(context.device() + ": batchNormGrad has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#layerNorm}. */
  public void layerNorm(
      Tensor x, Tensor gamma, Tensor beta, double eps, Tensor out, Tensor mean, Tensor invStd) {
    throw new UnsupportedOperationException(context.device() + ": layerNorm has no kernel yet");
  }

  /** {@link dev.espalier.tensor.spi.Backend#layerNormGrad}. */
  public void layerNormGrad(
      Tensor x,
      Tensor dy,
      Tensor gamma,
      Tensor mean,
      Tensor invStd,
      Tensor dx,
      Tensor dgamma,
      Tensor dbeta) {
    throw new UnsupportedOperationException(context.device() + ": layerNormGrad has no kernel yet");
  }
}
