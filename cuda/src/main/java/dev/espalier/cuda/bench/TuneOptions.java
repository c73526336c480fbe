package dev.espalier.cuda.bench;

import dev.espalier.cuda.context.Precision;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What {@code cuda-tune} is asked for.
 *
 * @param out the table's file; null for where the backend finds it
 * @param check the table to check, {@code ""} for the one in use; null to measure one
 * @param cases how many layers at most
 * @param precision of the products
 */
record TuneOptions(Path out, String check, int cases, Precision precision) {
  private static final String USAGE =
      "takes --out FILE, --check [FILE], --cases N and --precision TYPE";

  /**
   * From the tool's arguments.
   *
   * @throws IllegalArgumentException with the argument and what is understood
   */
  static TuneOptions parse(List<String> arguments) {
    Path out = null;
    String check = null;
    int cases = Integer.MAX_VALUE;
    Precision precision = Precision.FLOAT32;
    for (var rest = new ArrayDeque<>(arguments); !rest.isEmpty(); ) {
      String name = rest.poll();
      switch (name) {
        case "--out" -> out = Path.of(value(name, rest.poll()));
        case "--check" -> check = rest.isEmpty() || isOption(rest.peek()) ? "" : rest.poll();
        case "--cases" -> cases = count(value(name, rest.poll()));
        case "--precision" -> precision = precision(value(name, rest.poll()));
        default ->
            throw new IllegalArgumentException("'%s' is not known; it %s".formatted(name, USAGE));
      }
    }
    if (check != null && out != null) {
      throw new IllegalArgumentException("--check writes no table, so no --out");
    }
    return new TuneOptions(out, check, cases, precision);
  }

  private static boolean isOption(String text) {
    return text.startsWith("--");
  }

  private static String value(String name, String next) {
    if (next == null || isOption(next)) {
      throw new IllegalArgumentException("%s: a value is missing; it %s".formatted(name, USAGE));
    }
    return next;
  }

  private static int count(String text) {
    try {
      int count = Integer.parseInt(text);
      if (count >= 1) {
        return count;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new IllegalArgumentException("--cases: must be at least 1 but is '" + text + "'");
  }

  private static Precision precision(String text) {
    return Arrays.stream(Precision.values())
        .filter(one -> label(one).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--precision: takes %s, not '%s'"
                        .formatted(
                            Arrays.stream(Precision.values()).map(TuneOptions::label).toList(),
                            text)));
  }

  private static String label(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }
}
