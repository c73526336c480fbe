package dev.espalier.cuda.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** Geometric means over the shapes of a kind, beside the dense products. */
final class Summary {
  private Summary() {}

  /**
   * Lines for the terminal.
   *
   * @param beside the dense measurement to compare one with, or null
   */
  static List<String> of(Collection<Measurement> all, Function<Case, Measurement> beside) {
    Map<String, List<Double>> ratios = new TreeMap<>();
    for (Measurement found : all) {
      Measurement dense = found.what().format().isDense() ? null : beside.apply(found.what());
      if (dense != null && found.timing() != null) {
        ratios
            .computeIfAbsent(kind(found.what()), _ -> new ArrayList<>())
            .add(dense.timing().micros() / found.timing().micros());
      }
    }
    List<String> lines = new ArrayList<>();
    ratios.forEach(
        (kind, values) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "%-44s %6.2fx dense (geometric mean of %d, from %.2f to %.2f)",
                    kind,
                    Math.exp(values.stream().mapToDouble(Math::log).average().orElse(Double.NaN)),
                    values.size(),
                    values.stream().mapToDouble(v -> v).min().orElse(Double.NaN),
                    values.stream().mapToDouble(v -> v).max().orElse(Double.NaN))));
    return lines;
  }

  private static String kind(Case what) {
    return String.format(
        Locale.ROOT,
        "%s %s %s %s %.0f %%%s",
        what.kernel(),
        what.pass().label(),
        what.format().label(),
        what.type().label(),
        100 * what.sparsity(),
        what.by().equals(Case.OURS) ? "" : " " + what.by());
  }
}
