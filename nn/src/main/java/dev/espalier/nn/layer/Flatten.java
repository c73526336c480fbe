package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** [N, …] to [N, rest]. PyTorch: {@code torch.nn.Flatten}. */
public final class Flatten extends Module {
  /** A layer without state. */
  public Flatten() {}

  @Override
  public Variable forward(Variable x) {
    return F.flatten(x);
  }
}
