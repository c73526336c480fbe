package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/**
 * {@code body(x) + shortcut(x)}, the shortcut being the identity if null. Source: K. He, X. Zhang,
 * S. Ren, J. Sun, Deep Residual Learning (2016).
 */
public final class Residual extends Module implements BeforeRelu {
  private final Module body;
  private final Module shortcut;

  public Residual(Module body, Module shortcut) {
    this.body = child("body", body);
    this.shortcut = shortcut == null ? null : child("shortcut", shortcut);
  }

  @Override
  public Variable forward(Variable x) {
    return body.forward(x).add(shortcut(x));
  }

  @Override
  public Variable forwardRelu(Variable x) {
    return F.addRelu(body.forward(x), shortcut(x));
  }

  private Variable shortcut(Variable x) {
    return shortcut == null ? x : shortcut.forward(x);
  }
}
