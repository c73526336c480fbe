package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** {@code 1 / (1 + e^-x)}. PyTorch: {@code torch.nn.Sigmoid}. */
public final class Sigmoid extends Module {
  /** A layer without state. */
  public Sigmoid() {}

  @Override
  public Variable forward(Variable x) {
    return x.sigmoid();
  }
}
