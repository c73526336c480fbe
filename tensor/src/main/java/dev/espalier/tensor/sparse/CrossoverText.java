package dev.espalier.tensor.sparse;

import dev.espalier.tensor.sparse.Crossover.Direction;
import dev.espalier.tensor.sparse.Crossover.Family;
import dev.espalier.tensor.sparse.Crossover.Kernel;
import dev.espalier.tensor.sparse.Crossover.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The text form of a {@link Crossover} table: a version line, then one rule of seven fields per
 * line.
 *
 * <pre>
 * espalier-crossover 1
 * # family  direction  granularity  min-columns  min-weights  kernel  max-density
 * linear    forward    element      16           65536        csr     0.25
 * linear    forward    block-4x4    1            0            bsr     0.5
 * </pre>
 *
 * Fields are separated by blanks; {@code #} starts a comment; families are linear, pointwise and
 * convolution, directions forward, grad-input, grad-weight and inference, granularities as {@link
 * Granularity#parse} reads them, kernels csr, bsr and nm.
 */
final class CrossoverText {
  private static final String HEADER = "espalier-crossover 1";
  private static final String[] FIELDS = {
    "family", "direction", "granularity", "min-columns", "min-weights", "kernel", "max-density"
  };

  private CrossoverText() {}

  static List<Rule> parse(String text, String name) {
    List<Rule> rules = new ArrayList<>();
    Map<String, Integer> lineOf = new HashMap<>();
    boolean headerSeen = false;
    String[] lines = text.split("\\R", -1);
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].replaceFirst("#.*", "").strip();
      String where = name + " line " + (i + 1);
      if (line.isEmpty()) {
        continue;
      }
      if (!headerSeen) {
        if (!line.equals(HEADER)) {
          throw new IllegalArgumentException(
              "crossover: %s: expected '%s' but found '%s'".formatted(where, HEADER, line));
        }
        headerSeen = true;
        continue;
      }
      Rule rule = rule(line, where);
      Integer earlier = lineOf.putIfAbsent(rule.condition(), i + 1);
      if (earlier != null) {
        throw new IllegalArgumentException(
            "crossover: %s: line %d has the same condition, %s"
                .formatted(where, earlier, rule.condition()));
      }
      rules.add(rule);
    }
    if (!headerSeen) {
      throw new IllegalArgumentException(
          "crossover: %s: the file does not start with '%s'".formatted(name, HEADER));
    }
    return rules;
  }

  private static Rule rule(String line, String where) {
    String[] fields = line.split("\\s+", -1);
    if (fields.length != FIELDS.length) {
      throw new IllegalArgumentException(
          "crossover: %s: a rule has the %d fields %s but this line has %d"
              .formatted(where, FIELDS.length, String.join(" ", FIELDS), fields.length));
    }
    try {
      return new Rule(
          constant(Family.values(), Family::label, fields[0]),
          constant(Direction.values(), Direction::label, fields[1]),
          Granularity.parse(fields[2]),
          Long.parseLong(fields[3]),
          Long.parseLong(fields[4]),
          constant(Kernel.values(), Kernel::label, fields[5]),
          Double.parseDouble(fields[6]));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "crossover: %s: '%s': %s".formatted(where, line, e.getMessage()), e);
    }
  }

  private static <T> T constant(T[] values, Function<T, String> label, String text) {
    for (T value : values) {
      if (label.apply(value).equals(text)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "'%s' is none of %s".formatted(text, Arrays.stream(values).map(label).toList()));
  }

  static String format(List<Rule> rules) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (Rule rule : rules) {
      String line =
          "%-12s %-12s %-16s %8d %10d %6s %s"
              .formatted(
                  rule.family().label(),
                  rule.direction().label(),
                  rule.granularity().name(),
                  rule.minColumns(),
                  rule.minWeights(),
                  rule.kernel().label(),
                  rule.maxDensity());
      text.append(line).append('\n');
    }
    return text.toString();
  }
}
