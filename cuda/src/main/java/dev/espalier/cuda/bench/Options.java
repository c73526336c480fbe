package dev.espalier.cuda.bench;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is to be measured.
 *
 * @param out folder of the rows; null writes none
 * @param filter only cases in whose name it is found
 * @param minutes no case is begun after them
 * @param seed of the operands
 * @param quick fewer cases, shorter
 * @param list only names the cases
 */
record Options(Path out, Pattern filter, double minutes, long seed, boolean quick, boolean list) {
  private static final String USAGE =
      "takes --out DIR, --filter REGEX, --minutes M, --seed N, --short and --list";

  /**
   * From the tool's arguments.
   *
   * @throws IllegalArgumentException with the argument and what is understood
   */
  static Options parse(List<String> arguments) {
    Path out = null;
    Pattern filter = Pattern.compile("");
    double minutes = Double.POSITIVE_INFINITY;
    long seed = System.nanoTime();
    boolean quick = false;
    boolean list = false;
    for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
      String name = rest.next();
      switch (name) {
        case "--short" -> quick = true;
        case "--list" -> list = true;
        case "--out" -> out = Path.of(value(name, rest));
        case "--filter" -> filter = pattern(value(name, rest));
        case "--minutes" -> minutes = number(name, value(name, rest));
        case "--seed" -> seed = (long) number(name, value(name, rest));
        default ->
            throw new IllegalArgumentException("'%s' is not known; it %s".formatted(name, USAGE));
      }
    }
    return new Options(out, filter, minutes, seed, quick, list);
  }

  /**
   * Those that the filter lets through.
   *
   * @throws IllegalArgumentException if it lets none through
   */
  List<Case> chosen(List<Case> all) {
    List<Case> chosen = all.stream().filter(c -> filter.matcher(c.toString()).find()).toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException(
          "--filter: no case's name has '%s' in it; see --list".formatted(filter));
    }
    return chosen;
  }

  private static String value(String name, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException("%s: a value is missing; it %s".formatted(name, USAGE));
    }
    return rest.next();
  }

  private static Pattern pattern(String text) {
    try {
      return Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("--filter: " + e.getMessage(), e);
    }
  }

  private static double number(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("%s: needs a number but is '%s'".formatted(name, text), e);
    }
  }
}
