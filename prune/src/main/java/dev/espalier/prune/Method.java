package dev.espalier.prune;

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
 */
public record Method(
    String name,
    String description,
    Structure structure,
    Scorer scorer,
    RankingScope scope,
    Schedule schedule,
    FineTune fineTune,
    Floors floors) {
  /**
   * Checks that the axes go together.
   *
   * @throws IllegalArgumentException naming the two that do not
   */
  public Method {
    if (schedule.tellsLayersApart() && scope == RankingScope.GLOBAL) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' tells layers apart, so they cannot compete in one ranking; make the scope local"
              .formatted(name, schedule.name()));
    }
    boolean inside =
        schedule instanceof Schedule.Gradual || schedule instanceof Schedule.DropAndGrow;
    if (inside && fineTune.restarts()) {
      throw new IllegalArgumentException(
          "method '%s': schedule '%s' prunes inside training, where fine-tuning '%s' has no moment to act; continue, or prune in rounds"
              .formatted(name, schedule.name(), fineTune.name()));
    }
  }

  /** This with another scorer. */
  public Method withScorer(Scorer other) {
    return new Method(name, description, structure, other, scope, schedule, fineTune, floors);
  }
}
