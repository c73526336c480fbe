package dev.espalier.nn.layer;

import dev.espalier.autograd.F;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Module;

/**
 * {@code body(x) + shortcut(x)}, the shortcut being the identity if null; without a body only the
 * shortcut is left. Source: K. He, X. Zhang, S. Ren, J. Sun, Deep Residual Learning (2016).
 */
public final class Residual extends Module implements BeforeRelu {
  private Module body;
  private final Module shortcut;

  public Residual(Module body, Module shortcut) {
    this.body = child("body", body);
    this.shortcut = shortcut == null ? null : child("shortcut", shortcut);
  }

  /** The branch, or null if it was removed. */
  public Module body() {
    return body;
  }

  /** Puts another branch in the place of this one, or none if null (surgery). */
  public void replaceBody(Module other) {
    replaceChild("body", other);
    body = other;
  }

  @Override
  public Variable forward(Variable x) {
    return body == null ? shortcut(x) : body.forward(x).add(shortcut(x));
  }

  @Override
  public Variable forwardRelu(Variable x) {
    return body == null ? shortcut(x).relu() : F.addRelu(body.forward(x), shortcut(x));
  }

  private Variable shortcut(Variable x) {
    return shortcut == null ? x : shortcut.forward(x);
  }
}
