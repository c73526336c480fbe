package dev.espalier.bench.study;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;

/** What is wrong with a file that is no YAML, in one line with its place. */
final class YamlProblem {
  /** How the scanner says where something is; statements stand before it, excerpts behind. */
  private static final Pattern MARK = Pattern.compile(" in .*, line (\\d+), column (\\d+):");

  private YamlProblem() {}

  /**
   * Such as {@code study.yaml, line 3, column 8: expected ',' or ']', but got : (while parsing a
   * flow sequence from line 2, column 7)}.
   *
   * @param name of the file
   */
  static String sentence(String name, JacksonException e) {
    List<String> statements = new ArrayList<>();
    List<String> places = new ArrayList<>();
    for (String line : e.getOriginalMessage().lines().toList()) {
      Matcher mark = MARK.matcher(line);
      if (mark.matches()) {
        places.add("line %s, column %s".formatted(mark.group(1), mark.group(2)));
      } else if (!line.isBlank() && !line.startsWith(" ")) {
        statements.add(line);
      }
    }
    if (statements.isEmpty()) {
      statements.add("is not YAML");
    }
    TokenStreamLocation where = e.getLocation();
    if (places.isEmpty() && where != null) {
      places.add("line %d, column %d".formatted(where.getLineNr(), where.getColumnNr()));
    }
    String at = places.isEmpty() ? "" : ", " + places.getLast();
    String context = "";
    if (statements.size() > 1) {
      context =
          " (%s%s)"
              .formatted(
                  statements.getFirst(), places.size() > 1 ? " from " + places.getFirst() : "");
    }
    return name + at + ": " + statements.getLast() + context;
  }
}
