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
 * @param classifierFloor the least density of the classifier's weights; 1 leaves them alone
 */
public record Method(
    String name,
    String description,
    Structure structure,
    Scorer scorer,
    RankingScope scope,
    Schedule schedule,
    FineTune fineTune,
    double classifierFloor) {
  public Method {
    if (!(classifierFloor >= 0 && classifierFloor <= 1)) {
      throw new IllegalArgumentException(
          "method: the classifier's floor must lie in [0, 1] but is " + classifierFloor);
    }
  }
}
