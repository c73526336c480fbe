package dev.espalier.prune;

import dev.espalier.prune.budget.FixedDensities;
import dev.espalier.prune.score.Magnitude;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A pruning method: a point in the product of the four axes.
 *
 * @param name registry name
 * @param description one line, with the paper
 * @param structure what lives or dies together
 * @param scorer what matters
 * @param scope who competes with whom
 * @param schedule how much when
 * @param fineTune what the survivors start from
 * @param floors the least densities of the weights at the model's ends
 * @param aggregation how scores of weights become scores of groups
 * @param protect names of layers whose groups are left alone, see {@link Pruner#protecting}
 * @param roundTo layers that lose channels keep a multiple of so many; 1 for any number
 */
public record Method(
    String name,
    String description,
    Structure structure,
    Scorer scorer,
    RankingScope scope,
    Schedule schedule,
    FineTune fineTune,
    Floors floors,
    Aggregation aggregation,
    List<String> protect,
    int roundTo) {
  /**
   * Checks that the axes go together.
   *
   * @throws IllegalArgumentException naming the two that do not
   */
  public Method {
    protect = List.copyOf(protect);
    if (schedule.tellsLayersApart() && scope instanceof RankingScope.Global) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' tells layers apart, so they cannot compete in one ranking; make the scope local"
              .formatted(name, schedule.name()));
    }
    if (scope instanceof RankingScope.PerLayer(FixedDensities budget)
        && schedule.densityAt(Place.CLASSIFIER, 0.5) != 0.5) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' has a rate of its own for the classifier, but scope '%s' says what it keeps; give both the same rate"
              .formatted(name, schedule.name(), budget.name()));
    }
    if (structure.greedy()) {
      requireOrder(name, structure, scope, schedule);
    }
    if (scope instanceof RankingScope.Sensitivity) {
      requireMeasurable(name, structure, scope, schedule);
    }
    requireRounding(name, structure, roundTo);
    boolean inside =
        schedule instanceof Schedule.Gradual
            || schedule instanceof Schedule.Threshold
            || schedule instanceof Schedule.DropAndGrow;
    if (schedule instanceof Schedule.Threshold && structure.fixedDensity().isPresent()) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' prunes what lies below a limit, but structure '%s' keeps a fixed share; use another of the two"
              .formatted(name, schedule.name(), structure.name()));
    }
    if (schedule instanceof Schedule.Threshold && scorer instanceof TrainingScorer) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' takes its limits from the trained dense network, which says nothing of scores by '%s' that grow in training; use another scorer"
              .formatted(name, schedule.name(), scorer.name()));
    }
    if (inside && fineTune.restarts()) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' prunes inside training, where fine-tuning '%s' has no moment to act; continue, or prune in rounds"
              .formatted(name, schedule.name(), fineTune.name()));
    }
  }

  private static void requireOrder(
      String name, Structure structure, RankingScope scope, Schedule schedule) {
    if (scope instanceof RankingScope.Global) {
      throw new IllegalArgumentException(
          "method '%s': structure '%s' chooses layer by layer, so they cannot compete in one ranking; make the scope local"
              .formatted(name, structure.name()));
    }
    if (schedule instanceof Schedule.Threshold) {
      throw new IllegalArgumentException(
          "method '%s': structure '%s' chooses a share of each layer, which schedule '%s' does not name; use structure 'filter'"
              .formatted(name, structure.name(), schedule.name()));
    }
  }

  private static void requireMeasurable(
      String name, Structure structure, RankingScope scope, Schedule schedule) {
    if (!(schedule instanceof Schedule.Rounds)) {
      throw new IllegalArgumentException(
          "method '%s': scope '%s' measures what a trained network loses, but schedule '%s' prunes one that is not trained yet; prune in rounds"
              .formatted(name, scope.label(), schedule.name()));
    }
    if (structure.fixedDensity().isPresent()) {
      throw new IllegalArgumentException(
          "method '%s': structure '%s' keeps the same share of every layer, so scope '%s' has nothing to share out; use scope 'local'"
              .formatted(name, structure.name(), scope.label()));
    }
  }

  private static void requireRounding(String name, Structure structure, int roundTo) {
    if (roundTo < 1) {
      throw new IllegalArgumentException(
          "method '%s': numbers of channels must be rounded to a multiple of at least 1 but it is %d"
              .formatted(name, roundTo));
    }
    if (roundTo > 1 && !structure.keepsChannels()) {
      throw new IllegalArgumentException(
          "method '%s': structure '%s' does not keep whole channels, so their numbers cannot be rounded to multiples of %d; use structure 'filter' or 'neuron'"
              .formatted(name, structure.name(), roundTo));
    }
  }

  /** A method that adds scores up over groups. */
  public Method(
      String name,
      String description,
      Structure structure,
      Scorer scorer,
      RankingScope scope,
      Schedule schedule,
      FineTune fineTune,
      Floors floors) {
    this(
        name,
        description,
        structure,
        scorer,
        scope,
        schedule,
        fineTune,
        floors,
        Aggregation.SUM,
        List.of(),
        1);
  }

  /** Whether structure or scope fix the density at the end, so that no other can be asked for. */
  public boolean fixesDensity() {
    return structure.fixedDensity().isPresent()
        || scope instanceof RankingScope.PerLayer(FixedDensities _);
  }

  /** Whether scorer or scope look at data. */
  public boolean needsData() {
    return scorer.needsData() || scope instanceof RankingScope.Sensitivity;
  }

  /**
   * This without what looks at data: for finding out how much of a model may go, which does not
   * depend on what goes first.
   */
  public Method withoutData() {
    return withScorer(new Magnitude())
        .withScope(scope instanceof RankingScope.Sensitivity ? RankingScope.LOCAL : scope);
  }

  /** This with another aggregation. */
  public Method withAggregation(Aggregation other) {
    return with(scorer, scope, fineTune, other, protect, roundTo);
  }

  /** This with another scorer. */
  public Method withScorer(Scorer other) {
    return with(other, scope, fineTune, aggregation, protect, roundTo);
  }

  /** This with another scope. */
  public Method withScope(RankingScope other) {
    return with(scorer, other, fineTune, aggregation, protect, roundTo);
  }

  /** This with another fine-tuning. */
  public Method withFineTune(FineTune other) {
    return with(scorer, scope, other, aggregation, protect, roundTo);
  }

  /**
   * This with layers that lose channels keeping a multiple of so many, so that the vectors of
   * kernels are full. Rounding is to the nearest multiple, but never to none; a layer that loses
   * nothing stays as it is.
   *
   * @throws IllegalArgumentException if the structure does not keep whole channels
   */
  public Method roundingTo(int channels) {
    return with(scorer, scope, fineTune, aggregation, protect, channels);
  }

  /** This with some more layers left alone. */
  public Method protecting(Collection<String> layers) {
    List<String> all = new ArrayList<>(protect);
    layers.stream().filter(layer -> !protect.contains(layer)).forEach(all::add);
    return with(scorer, scope, fineTune, aggregation, all, roundTo);
  }

  private Method with(
      Scorer ranking,
      RankingScope over,
      FineTune tuning,
      Aggregation adding,
      List<String> guarded,
      int multiple) {
    return new Method(
        name,
        description,
        structure,
        ranking,
        over,
        schedule,
        tuning,
        floors,
        adding,
        guarded,
        multiple);
  }
}
