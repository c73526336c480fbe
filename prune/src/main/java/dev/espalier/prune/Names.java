package dev.espalier.prune;

import java.util.Collection;
import java.util.Comparator;

/** Refusals of names that nobody knows. */
public final class Names {
  private Names() {}

  /** The refusal of an unknown name, with the nearest known one and all of them. */
  public static IllegalArgumentException unknown(
      String what, String name, Collection<String> known) {
    String nearest =
        known.stream()
            .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
            .map("; did you mean '%s'?"::formatted)
            .orElse(";");
    return new IllegalArgumentException(
        "%s '%s' is unknown%s Known are %s"
            .formatted(what, name, nearest, String.join(", ", known)));
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
