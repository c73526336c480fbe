package dev.espalier.prune;

import dev.espalier.prune.budget.FixedDensities;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A pruning method by the names of its parts, freely composed.
 *
 * @param structure a name of {@link Structures}
 * @param scorer a name of {@link Scorers}
 * @param aggregation a label of {@link Aggregation}
 * @param scope a name of {@link Scopes}
 * @param schedule a name of {@link Schedules}
 * @param fineTune a name of {@link FineTunes}
 * @param floors the least densities at the model's ends
 * @param densities densities by layer, which then take the place of the scope; empty for none
 */
public record Axes(
    String structure,
    String scorer,
    String aggregation,
    String scope,
    String schedule,
    String fineTune,
    Floors floors,
    Map<String, Double> densities) {
  /** What the parts are called on the command line and in study files. */
  public static final List<String> KEYS =
      List.of("structure", "scorer", "aggregation", "scope", "schedule", "finetune");

  private static final String SUM = Aggregation.SUM.label();

  /** Copies the densities. */
  public Axes {
    densities = Map.copyOf(densities);
  }

  /**
   * Parts by {@linkplain #KEYS key}; what is left out is that of global magnitude pruning of single
   * weights, once, training on, the classifier left alone.
   */
  public static Axes of(Function<String, Optional<String>> given) {
    return new Axes(
        given.apply("structure").orElse("element"),
        given.apply("scorer").orElse("magnitude"),
        given.apply("aggregation").orElse(SUM),
        given.apply("scope").orElse("global"),
        given.apply("schedule").orElse("one-shot"),
        given.apply("finetune").orElse("continue"),
        Floors.WHOLE_CLASSIFIER,
        Map.of());
  }

  /** This with other floors, where they are given. */
  public Axes withFloors(Optional<Double> stem, Optional<Double> classifier) {
    return new Axes(
        structure,
        scorer,
        aggregation,
        scope,
        schedule,
        fineTune,
        new Floors(stem.orElse(floors.stem()), classifier.orElse(floors.classifier())),
        densities);
  }

  /**
   * This with a density for each of some layers, and no floors: the others stay whole.
   *
   * @param beside what else is given that says how much of a layer stays, as the user calls it
   * @throws IllegalArgumentException if there is any
   */
  public Axes withDensities(Map<String, Double> byLayer, List<String> beside) {
    if (!beside.isEmpty()) {
      throw new IllegalArgumentException(
          "densities say what each layer keeps, so %s has nothing to say; leave one of them out"
              .formatted(beside.getFirst()));
    }
    return new Axes(
        structure, scorer, aggregation, scope, schedule, fineTune, Floors.NONE, byLayer);
  }

  private RankingScope rankingScope() {
    return densities.isEmpty()
        ? RankingScope.get(scope)
        : RankingScope.perLayer(new FixedDensities(densities));
  }

  private String scopeName() {
    return densities.isEmpty() ? scope : rankingScope().label();
  }

  /** The method, named by its parts. */
  public Method method() {
    String ranked = aggregation.equals(SUM) ? scorer : scorer + "(" + aggregation + ")";
    return method(String.join("/", structure, ranked, scopeName(), schedule, fineTune));
  }

  /**
   * The method under a name of its own.
   *
   * @throws IllegalArgumentException if a part is unknown, naming the nearest
   */
  public Method method(String name) {
    return new Method(
            name,
            "composed of %s, %s, %s, %s and %s"
                .formatted(structure, scorer, scopeName(), schedule, fineTune),
            Structures.all().get(structure),
            Scorers.all().get(scorer),
            rankingScope(),
            Schedules.all().get(schedule),
            FineTunes.all().get(fineTune),
            floors)
        .withAggregation(Aggregation.get(aggregation));
  }
}
