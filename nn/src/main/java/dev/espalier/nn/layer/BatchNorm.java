package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;

/**
 * Batch normalisation over all axes but the channels of x [N, C, …].
 *
 * <p>Running statistics move with momentum 0.1 and ε is 1e-5 unless given. Source: S. Ioffe, C.
 * Szegedy, Batch Normalization (2015). PyTorch: {@code BatchNorm1d}, {@code BatchNorm2d}.
 */
public abstract sealed class BatchNorm extends Module implements BeforeRelu
    permits BatchNorm1d, BatchNorm2d {
  private final Parameter weight;
  private final Parameter bias;
  private final double momentum;
  private final double eps;
  private Tensor runningMean;
  private Tensor runningVariance;
  private Tensor batches;

  BatchNorm(int channels, double momentum, double eps) {
    this.momentum = momentum;
    this.eps = eps;
    Shape shape = Shape.of(channels);
    weight = parameter("weight", Tensor.full(DType.FLOAT32, shape, 1));
    bias = parameter("bias", Tensor.zeros(DType.FLOAT32, shape));
    runningMean = buffer("running_mean", Tensor.zeros(DType.FLOAT32, shape));
    runningVariance = buffer("running_var", Tensor.full(DType.FLOAT32, shape, 1));
    batches = buffer("num_batches_tracked", Tensor.zeros(DType.INT64, Shape.SCALAR));
  }

  public Parameter weight() {
    return weight;
  }

  public Parameter bias() {
    return bias;
  }

  public Tensor runningMean() {
    return runningMean;
  }

  public Tensor runningVariance() {
    return runningVariance;
  }

  public double eps() {
    return eps;
  }

  /** Replaces the running statistics by ones of another length (surgery). */
  public void replaceStatistics(Tensor mean, Tensor variance) {
    runningMean = buffer("running_mean", mean);
    runningVariance = buffer("running_var", variance);
  }

  abstract int expectedRankMin();

  abstract int expectedRankMax();

  @Override
  public Variable forward(Variable x) {
    check(x);
    if (training()) {
      batches.fill(batches.item() + 1);
    }
    return F.batchNorm(
        x, weight.value(), bias.value(), runningMean, runningVariance, training(), momentum, eps);
  }

  @Override
  public Variable forwardRelu(Variable x) {
    check(x);
    batches.fill(batches.item() + 1);
    return F.batchNormRelu(
        x, weight.value(), bias.value(), runningMean, runningVariance, momentum, eps);
  }

  private void check(Variable x) {
    int rank = x.shape().rank();
    if (rank < expectedRankMin() || rank > expectedRankMax() || x.dim(1) != weight.dim(0)) {
      throw new IllegalArgumentException(
          "%s: expected %d channels in axis 1 of a rank-%d input but got shape %s"
              .formatted(getClass().getSimpleName(), weight.dim(0), expectedRankMax(), x.shape()));
    }
  }

  @Override
  protected void bufferReplaced(String name, Tensor value) {
    switch (name) {
      case "running_mean" -> runningMean = value;
      case "running_var" -> runningVariance = value;
      default -> batches = value;
    }
  }

  @Override
  public String toString() {
    return "%s(%d)".formatted(getClass().getSimpleName(), weight.dim(0));
  }
}
