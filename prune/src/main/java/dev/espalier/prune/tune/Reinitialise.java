package dev.espalier.prune.tune;

import dev.espalier.prune.Allowance;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Percent;
import dev.espalier.prune.PrunableWeight;
import dev.espalier.prune.Restart;

/**
 * Survivors get new values, drawn as the dense network's were at first, everything else its initial
 * one.
 *
 * <p>Source: Z. Liu et al., Rethinking the Value of Network Pruning (2019): Scratch-E with the
 * dense network's epochs, Scratch-B with its multiply-adds. Fan-in and fan-out count masked inputs
 * and outputs, as in the dense network.
 *
 * @param length how long they train
 */
public record Reinitialise(Length length) implements FineTune {
  /** For as long as the study grants. */
  public Reinitialise() {
    this(Length.GRANTED);
  }

  @Override
  public String name() {
    return switch (length) {
      case Length.Granted _ -> "reinitialise";
      case Length.Dense(double share) ->
          share == 1 ? "scratch-e" : "scratch-" + Percent.of(share) + "%";
      case Length.SameMacs _ -> "scratch-b";
    };
  }

  @Override
  public void prepare(Restart restart) {
    restart.module().loadStateDict(restart.origins().dense(0));
    for (PrunableWeight weight : PrunableWeight.of(restart.module())) {
      restart.init().draw(restart.generator(), weight.parameter());
      Survivors.mask(weight.parameter());
    }
  }

  @Override
  public boolean needsEarlierWeights() {
    return true;
  }

  @Override
  public int epochs(Allowance allowance) {
    return length.epochs(allowance);
  }
}
