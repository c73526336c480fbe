package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/**
 * The outputs of several branches joined along an axis (1, the channels, by default). PyTorch:
 * {@code torch.cat} of branches.
 */
public final class Concat extends Module {
  private final int axis;

  public Concat(Module... branches) {
    this(1, branches);
  }

  public Concat(int axis, Module... branches) {
    this.axis = axis;
    for (int i = 0; i < branches.length; i++) {
      child(Integer.toString(i), branches[i]);
    }
  }

  @Override
  public Variable forward(Variable x) {
    return F.concat(
        axis, children().values().stream().map(b -> b.forward(x)).toArray(Variable[]::new));
  }
}
