package dev.espalier.prune;

import dev.espalier.nn.Module;
import dev.espalier.nn.loss.Loss;
import dev.espalier.nn.optim.LrSchedule;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What weights the survivors start from, and how they train on: the fourth axis of a pruning
 * method.
 */
public interface FineTune {
  /** Name for the registry and the results. */
  String name();

  /**
   * What is done in a round, for one that treats rounds differently.
   *
   * @param round from 1
   * @param rounds how many there will be
   */
  default FineTune inRound(int round, int rounds) {
    return this;
  }

  /**
   * What a round is also trained by, from the same pruned network and for the record alone: the
   * round's outcome is that of this training, and the next round goes on from the other. Empty for
   * all but control experiments.
   */
  default Optional<FineTune> beside(int round, int rounds) {
    return Optional.empty();
  }

  /** Prepares a freshly pruned module for training on; the masks are in place and stay. */
  void prepare(Restart restart);

  /**
   * Whether it acts between pruning and training on: changes weights, rates or the network.
   * Schedules that prune inside training have no such moment.
   */
  default boolean restarts() {
    return true;
  }

  /** Whether it goes back to weights of the dense run from before its end. */
  default boolean needsEarlierWeights() {
    return false;
  }

  /**
   * The share of a training run after which its weights are kept, so that a later round can return
   * to them; empty if the runs after pruning are not returned to.
   */
  default OptionalDouble capture() {
    return OptionalDouble.empty();
  }

  /** How many epochs survivors train. */
  default int epochs(Allowance allowance) {
    return allowance.epochs();
  }

  /**
   * The learning rates while they train.
   *
   * @param rates the recipe's own
   * @param steps how many steps it will be
   */
  default LrSchedule rates(Rates rates, long steps) {
    return rates.afresh(steps);
  }

  /**
   * The loss while they train.
   *
   * @param hard the recipe's own, on labels
   * @param teacher the trained dense model
   */
  default Loss loss(Loss hard, Supplier<Module> teacher) {
    return hard;
  }
}
