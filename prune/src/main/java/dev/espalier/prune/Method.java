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
  /** This with another scorer. */
  public Method withScorer(Scorer other) {
    return new Method(name, description, structure, other, scope, schedule, fineTune, floors);
  }
}
