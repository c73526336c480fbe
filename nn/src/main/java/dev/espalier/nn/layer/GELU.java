package dev.espalier.nn.layer;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** {@code x Φ(x)}. PyTorch: {@code torch.nn.GELU}. */
public final class GELU extends Module {
  /** A layer without state. */
  public GELU() {}

  @Override
  public Variable forward(Variable x) {
    return x.gelu();
  }
}
