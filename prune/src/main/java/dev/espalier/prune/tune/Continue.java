package dev.espalier.prune.tune;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Rates;
import dev.espalier.prune.Restart;

/**
 * Trains on from the trained weights. Source: S. Han et al. (2015).
 *
 * @param rule the learning rates
 */
public record Continue(RateRule rule) implements FineTune {
  /** With the recipe's schedule for trained weights, from its start. */
  public Continue() {
    this(RateRule.AFRESH);
  }

  @Override
  public String name() {
    return "continue" + rule.suffix();
  }

  @Override
  public void prepare(Restart restart) {
    // the trained weights are what is wanted
  }

  @Override
  public boolean restarts() {
    return rule != RateRule.AFRESH;
  }

  @Override
  public LrSchedule rates(Rates rates, long steps) {
    return rule == RateRule.AFRESH ? rates.onward(steps) : rule.of(rates, steps);
  }
}
