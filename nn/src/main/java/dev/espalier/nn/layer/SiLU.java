package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** {@code x σ(x)}. PyTorch: {@code torch.nn.SiLU}. */
public final class SiLU extends Module {
  /** A layer without state. */
  public SiLU() {}

  @Override
  public Variable forward(Variable x) {
    return x.silu();
  }
}
