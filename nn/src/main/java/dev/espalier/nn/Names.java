package dev.espalier.nn;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names that people type, and what they probably meant by one that nobody knows. */
public final class Names {
  private static final int MOST_LISTED = 12;
  private static final int FEW = 5;

  private Names() {}

  /**
   * The refusal of an unknown name: the nearest known one, if any is near, and all of them, or of
   * many the nearest few.
   *
   * @param kind what is named, such as {@code model}
   */
  public static UnknownNameException unknown(String kind, String name, Collection<String> known) {
    String meant =
        nearest(name, known)
            .map(near -> "did you mean '%s'? Known are ".formatted(near))
            .orElse("known are ");
    return new UnknownNameException(
        kind, "%s '%s' is unknown; %s".formatted(kind, name, meant + listed(name, known)));
  }

  private static String listed(String name, Collection<String> known) {
    if (known.size() <= MOST_LISTED) {
      return String.join(", ", known);
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    List<String> near =
        known.stream()
            .sorted(
                Comparator.comparing((String it) -> !it.contains(wanted))
                    .thenComparingInt(it -> distance(wanted, it)))
            .limit(FEW)
            .toList();
    return "%s and %d others".formatted(String.join(", ", near), known.size() - FEW);
  }

  /**
   * The known name that is nearest to another one: one that contains it, or the one that the fewest
   * letters tell apart, if those are at most half of them.
   */
  public static Optional<String> nearest(String name, Collection<String> known) {
    String wanted = name.toLowerCase(Locale.ROOT);
    Optional<String> longer =
        wanted.length() < 3
            ? Optional.empty()
            : known.stream()
                .filter(it -> it.contains(wanted))
                .min(Comparator.comparingInt(String::length));
    return longer.or(
        () ->
            known.stream()
                .filter(it -> 2 * distance(wanted, it) <= Math.max(wanted.length(), it.length()))
                .min(Comparator.comparingInt(it -> distance(wanted, it))));
  }

  /** Levenshtein's distance. */
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
