package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** [N, C, H, W] to [N, C, 1, 1] by the mean. PyTorch: {@code AdaptiveAvgPool2d(1)}. */
public final class GlobalAvgPool2d extends Module {
  /** A layer without state. */
  public GlobalAvgPool2d() {}

  @Override
  public Variable forward(Variable x) {
    return F.globalAvgPool2d(x);
  }
}
