package dev.espalier.nn.layer;

/** Batch normalisation of [N, C, H, W]. PyTorch: {@code torch.nn.BatchNorm2d}. */
public final class BatchNorm2d extends BatchNorm {
  public BatchNorm2d(int channels) {
    this(channels, 0.1, 1e-5);
  }

  public BatchNorm2d(int channels, double momentum, double eps) {
    super(channels, momentum, eps);
  }

  @Override
  int expectedRankMin() {
    return 4;
  }

  @Override
  int expectedRankMax() {
    return 4;
  }
}
