package dev.espalier.nn.layer;

import dev.espalier.nn.Module;
import dev.espalier.nn.Names;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.Generator;
import java.util.Arrays;
import java.util.Locale;

/** How the weights of linear layers and convolutions are drawn at first, by name. */
public enum InitRule {
  /** {@link Init#heNormal}: for networks of ReLUs. */
  HE,
  /** {@link Init#glorotNormal}: the same variance forward and backward. */
  GLOROT;

  /** Name in study files and results. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * A rule by its label.
   *
   * @throws IllegalArgumentException with the nearest known one
   */
  public static InitRule get(String label) {
    return Arrays.stream(values())
        .filter(rule -> rule.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                Names.unknown(
                    "init", label, Arrays.stream(values()).map(InitRule::label).toList()));
  }

  /** Draws a weight's value again. */
  public void draw(Generator generator, Parameter weight) {
    switch (this) {
      case HE -> Init.heNormal(generator, weight);
      case GLOROT -> Init.glorotNormal(generator, weight);
    }
  }

  /**
   * Draws the weights of all linear layers and convolutions of a model again, and zeroes their
   * biases.
   */
  public <M extends Module> M draw(Generator generator, M model) {
    for (Module module : model.namedModules().values()) {
      switch (module) {
        case Linear linear -> draw(generator, linear.weight(), linear.bias());
        case Conv2d conv -> draw(generator, conv.weight(), conv.bias());
        default -> {}
      }
    }
    return model;
  }

  private void draw(Generator generator, Parameter weight, Parameter bias) {
    draw(generator, weight);
    if (bias != null) {
      bias.tensor().fill(0);
    }
  }
}
