package dev.espalier.prune;

import dev.espalier.nn.Names;
import java.util.Arrays;
import java.util.List;

/**
 * A pruning method by the names of its parts, freely composed.
 *
 * @param structure a name of {@link Structures}
 * @param scorer a name of {@link Scorers}
 * @param scope a label of {@link RankingScope}
 * @param schedule a name of {@link Schedules}
 * @param fineTune a name of {@link FineTunes}
 */
public record Axes(
    String structure, String scorer, String scope, String schedule, String fineTune) {
  /** Global magnitude pruning of single weights, once, training on. */
  public static final Axes DEFAULT =
      new Axes("element", "magnitude", "global", "one-shot", "continue");

  /** The method, named by its parts. */
  public Method method() {
    return method(String.join("/", structure, scorer, scope, schedule, fineTune));
  }

  /**
   * The method under a name of its own; as in the named one-shot methods the classifier stays.
   *
   * @throws IllegalArgumentException if a part is unknown, naming the nearest
   */
  public Method method(String name) {
    return new Method(
        name,
        "composed of %s, %s, %s, %s and %s".formatted(structure, scorer, scope, schedule, fineTune),
        Structures.all().get(structure),
        Scorers.all().get(scorer),
        scopeOf(scope),
        Schedules.all().get(schedule),
        FineTunes.all().get(fineTune),
        Floors.WHOLE_CLASSIFIER);
  }

  private static RankingScope scopeOf(String label) {
    for (RankingScope known : RankingScope.values()) {
      if (known.label().equals(label)) {
        return known;
      }
    }
    List<String> labels = Arrays.stream(RankingScope.values()).map(RankingScope::label).toList();
    throw Names.unknown("scope", label, labels);
  }
}
