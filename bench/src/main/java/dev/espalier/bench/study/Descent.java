package dev.espalier.bench.study;

import dev.espalier.nn.Module;
import dev.espalier.nn.Names;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.optim.Adam;
import dev.espalier.nn.optim.Optimizer;
import dev.espalier.nn.optim.ParameterGroup;
import dev.espalier.nn.optim.Sgd;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The optimiser of a recipe.
 *
 * @param rule how it steps
 * @param momentum of stochastic gradient descent; Adam has its own constants
 * @param weightDecay L2 coefficient of weights; biases and normalisation have none
 */
public record Descent(Rule rule, double momentum, double weightDecay) {
  /** How an optimiser steps. */
  public enum Rule {
    /** Stochastic gradient descent with momentum. */
    SGD,
    /** The same with Nesterov's momentum. */
    NESTEROV,
    /** Adam, weight decay being part of the gradient. */
    ADAM,
    /** Adam with decoupled weight decay. */
    ADAMW;

    /** Name in study files. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * A rule by its label.
     *
     * @throws IllegalArgumentException with the nearest known one
     */
    static Rule get(String label) {
      return Arrays.stream(values())
          .filter(rule -> rule.label().equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  Names.unknown(
                      "optimizer", label, Arrays.stream(values()).map(Rule::label).toList()));
    }

    boolean hasMomentum() {
      return this == SGD || this == NESTEROV;
    }
  }

  /** Checks the numbers. */
  public Descent {
    if (!(momentum >= 0 && momentum < 1) || !(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "recipe: needs momentum in [0, 1) and weight decay >= 0 but got %s and %s"
              .formatted(momentum, weightDecay));
    }
  }

  /** A new optimiser for a module. */
  Optimizer of(Module module, double lr) {
    Map<String, Parameter> decayed = new LinkedHashMap<>();
    Map<String, Parameter> free = new LinkedHashMap<>();
    module
        .namedParameters()
        .forEach((name, p) -> (p.shape().rank() > 1 ? decayed : free).put(name, p));
    List<ParameterGroup> groups =
        List.of(new ParameterGroup(decayed, lr, weightDecay), new ParameterGroup(free, lr, 0));
    return switch (rule) {
      case SGD -> new Sgd(groups, new Sgd.Config(momentum, 0, false));
      case NESTEROV -> new Sgd(groups, new Sgd.Config(momentum, 0, true));
      case ADAM -> new Adam(groups, Adam.Config.ADAM);
      case ADAMW -> new Adam(groups, Adam.Config.ADAMW);
    };
  }

  /** For provenance. */
  String text() {
    return switch (rule) {
      case SGD -> "sgd momentum " + momentum;
      case NESTEROV -> "sgd nesterov momentum " + momentum;
      case ADAM, ADAMW -> rule.label();
    };
  }
}
