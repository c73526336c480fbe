package dev.espalier.nn.layer;

/** Batch normalisation of [N, C] or [N, C, L]. PyTorch: {@code torch.nn.BatchNorm1d}. */
public final class BatchNorm1d extends BatchNorm {
  public BatchNorm1d(int channels) {
    this(channels, 0.1, 1e-5);
  }

  public BatchNorm1d(int channels, double momentum, double eps) {
    super(channels, momentum, eps);
  }

  @Override
  int expectedRankMin() {
    return 2;
  }

  @Override
  int expectedRankMax() {
    return 3;
  }
}
