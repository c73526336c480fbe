package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/** Softmax along the last axis. PyTorch: {@code torch.nn.Softmax(-1)}. */
public final class Softmax extends Module {
  /** A layer without state. */
  public Softmax() {}

  @Override
  public Variable forward(Variable x) {
    return F.softmax(x);
  }
}
