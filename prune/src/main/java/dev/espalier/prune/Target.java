package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.tensor.sparse.Mask;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * A ratio to reach of something that shrinks with the masks.
 *
 * @param what what the ratio is called
 * @param unit what is counted
 * @param ratio whole over remaining
 * @param total the whole
 * @param remaining what is left under masks
 */
record Target(
    String what,
    String unit,
    double ratio,
    double total,
    ToDoubleFunction<Map<Parameter, Mask>> remaining) {
  /** Halvings of [0, 1], enough to tell a billion groups apart. */
  private static final int BISECTIONS = 30;

  /** What {@link #parameters} reaches. */
  static final String PARAMETERS = "compression ratio";

  /** What {@link #macs} reaches. */
  static final String MACS = "theoretical speed-up";

  Target {
    requireRatio(what, ratio);
  }

  /** Refuses less than the whole, and what is no number. */
  static void requireRatio(String what, double ratio) {
    if (!(ratio >= 1)) {
      throw new IllegalArgumentException("%s: must be at least 1 but is %s".formatted(what, ratio));
    }
  }

  /** All parameters over the non-zero ones. */
  static Target parameters(Module module, double ratio) {
    List<Parameter> all = module.parameters();
    double total = all.stream().mapToLong(p -> p.tensor().size()).sum();
    return new Target(
        PARAMETERS,
        "parameters",
        ratio,
        total,
        masks ->
            all.stream()
                .mapToDouble(p -> masks.containsKey(p) ? masks.get(p).kept() : p.kept())
                .sum());
  }

  /** All multiply-accumulates over those with non-zero weights. */
  static Target macs(Layers layers, double ratio) {
    return new Target(MACS, "multiply-accumulates", ratio, (double) layers.macs(), layers::macs);
  }

  /** The ratio under masks. */
  double reached(Map<Parameter, Mask> masks) {
    return total / remaining.applyAsDouble(masks);
  }

  /**
   * Refuses a ratio out of reach.
   *
   * @param least the masks at the least density
   * @throws IllegalArgumentException if even these leave too much
   */
  void requireReachable(String method, Map<Parameter, Mask> least) {
    double left = remaining.applyAsDouble(least);
    if (left > total / ratio * 1.01 + 1) {
      throw new IllegalArgumentException(
          "%s %s: method '%s' can reach at most %.2f here, because %.0f of %.0f %s must stay"
              .formatted(what, ratio, method, total / left, left, total, unit));
    }
  }

  /** The density at which a ratio within reach is met best, by bisection. */
  double density(DoubleFunction<Map<Parameter, Mask>> masksAt) {
    double wanted = total / ratio;
    double low = 0;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (remaining.applyAsDouble(masksAt.apply(middle)) > wanted) {
        high = middle;
      } else {
        low = middle;
      }
    }
    double above = remaining.applyAsDouble(masksAt.apply(high)) - wanted;
    double below = wanted - remaining.applyAsDouble(masksAt.apply(low));
    return above < below ? high : low;
  }
}
