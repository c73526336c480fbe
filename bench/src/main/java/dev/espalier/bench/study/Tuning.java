package dev.espalier.bench.study;

import java.util.List;
import java.util.Optional;

/**
 * How a recipe fine-tunes.
 *
 * @param epochs epochs after pruning, all rounds together; a method that prunes inside training
 *     gets both these and the dense network's in one go
 * @param lr learning rate at first of weights that are trained already; if empty that of the recipe
 * @param dropAt the shares of the steps of each round at which it drops; if empty as in ordinary
 *     training
 */
public record Tuning(int epochs, Optional<Double> lr, Optional<List<Double>> dropAt) {
  /** Checks the numbers. */
  public Tuning {
    dropAt = dropAt.map(List::copyOf);
    dropAt.ifPresent(Drops::requireShares);
    if (lr.isPresent() && !(lr.get() > 0)) {
      throw new IllegalArgumentException(
          "recipe: the learning rate of fine-tuning must be > 0 but is " + lr.get());
    }
  }

  /** With the rates of ordinary training. */
  Tuning(int epochs) {
    this(epochs, Optional.empty(), Optional.empty());
  }
}
