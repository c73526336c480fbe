package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** Hyperbolic tangent. PyTorch: {@code torch.nn.Tanh}. */
public final class Tanh extends Module {
  /** A layer without state. */
  public Tanh() {}

  @Override
  public Variable forward(Variable x) {
    return x.tanh();
  }
}
