package dev.espalier.prune.tune;

import dev.espalier.nn.optim.LrSchedule;
import dev.espalier.prune.Allowance;
import dev.espalier.prune.FineTune;
import dev.espalier.prune.Percent;
import dev.espalier.prune.Rates;
import dev.espalier.prune.Restart;
import java.util.OptionalDouble;

/**
 * Survivors go back to the values that they had at step t of T.
 *
 * <p>t = 0 is the lottery ticket, 0 < t << T late resetting, t = T of the latest run is {@link
 * Continue}, bit for bit. Everything else that training changes, such as biases and running
 * statistics, goes back as well; the optimiser starts without state. Source: J. Frankle, M. Carbin,
 * The Lottery Ticket Hypothesis (2019); J. Frankle et al., Stabilizing the Lottery Ticket
 * Hypothesis (2019), who return to the dense run; C. Brix, P. Bahar, H. Ney, Successfully Applying
 * the Stabilized Lottery Ticket Hypothesis to the Transformer Architecture (2020), who return to
 * the latest sparse run and start the rates afresh.
 *
 * @param share t / T
 * @param from whose run
 * @param length how long they train
 * @param rule the learning rates; {@link RateRule#REWOUND} with a length of {@code 1 - t / T} of
 *     the dense epochs takes them up at t
 */
public record Rewind(double share, From from, Length length, RateRule rule) implements FineTune {
  /** Whose weights at t. */
  public enum From {
    /** The dense run. */
    DENSE,
    /** The latest run: the dense one in the first round, then that of the round before. */
    LATEST
  }

  public Rewind {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "rewinding: the share of the run must lie in [0, 1] but is " + share);
    }
  }

  /** To the initial values, for as long as the study grants. */
  public Rewind() {
    this(0, From.DENSE, Length.GRANTED, RateRule.AFRESH);
  }

  @Override
  public String name() {
    String to = share == 0 ? "" : "-" + Percent.of(share) + "%";
    boolean rest = share > 0 && length.equals(Length.rest(share));
    return "rewind"
        + to
        + (from == From.LATEST ? "-latest" : "")
        + (rest ? "-rest" : length.suffix())
        + rule.suffix();
  }

  @Override
  public void prepare(Restart restart) {
    restart
        .module()
        .loadStateDict(
            from == From.LATEST ? restart.latestOr(share) : restart.origins().dense(share));
  }

  @Override
  public OptionalDouble capture() {
    return from == From.LATEST ? OptionalDouble.of(share) : OptionalDouble.empty();
  }

  @Override
  public boolean needsEarlierWeights() {
    return share < 1;
  }

  @Override
  public int epochs(Allowance allowance) {
    return length.epochs(allowance);
  }

  @Override
  public LrSchedule rates(Rates rates, long steps) {
    boolean asContinued = share == 1 && rule == RateRule.AFRESH;
    return asContinued ? rates.onward(steps) : rule.of(rates, steps);
  }
}
