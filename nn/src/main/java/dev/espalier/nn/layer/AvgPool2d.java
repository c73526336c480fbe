package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.tensor.PoolSpec;

/** Mean over windows of [N, C, H, W]. PyTorch: {@code torch.nn.AvgPool2d}. */
public final class AvgPool2d extends Module {
  private final PoolSpec spec;

  /** A square window that moves by its own size. */
  public AvgPool2d(int kernel) {
    this(PoolSpec.of(kernel, kernel));
  }

  public AvgPool2d(PoolSpec spec) {
    this.spec = spec;
  }

  @Override
  public Variable forward(Variable x) {
    return F.avgPool2d(x, spec);
  }

  @Override
  public String toString() {
    return "AvgPool2d(%d×%d, stride %d)".formatted(spec.kernelH(), spec.kernelW(), spec.strideH());
  }
}
