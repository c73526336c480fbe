package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** {@code max(0, x)}. PyTorch: {@code torch.nn.ReLU}. */
public final class ReLU extends Module {
  /** A layer without state. */
  public ReLU() {}

  @Override
  public Variable forward(Variable x) {
    return x.relu();
  }
}
