package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;
import dev.espalier.tensor.PoolSpec;

/** Maximum over windows of [N, C, H, W]. PyTorch: {@code torch.nn.MaxPool2d}. */
public final class MaxPool2d extends Module {
  private final PoolSpec spec;

  /** A square window that moves by its own size. */
  public MaxPool2d(int kernel) {
    this(PoolSpec.of(kernel, kernel));
  }

  public MaxPool2d(PoolSpec spec) {
    this.spec = spec;
  }

  @Override
  public Variable forward(Variable x) {
    return F.maxPool2d(x, spec);
  }

  @Override
  public String toString() {
    return "MaxPool2d(%d×%d, stride %d)".formatted(spec.kernelH(), spec.kernelW(), spec.strideH());
  }
}
