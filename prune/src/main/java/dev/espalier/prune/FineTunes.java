package dev.espalier.prune;

import dev.espalier.prune.tune.AdjustedDropout;
import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Distilled;
import dev.espalier.prune.tune.Length;
import dev.espalier.prune.tune.RateRule;
import dev.espalier.prune.tune.Reinitialise;
import dev.espalier.prune.tune.Rewind;

/** The ways of fine-tuning by name, one line each. */
public final class FineTunes {
  private static final Registry<FineTune> ALL =
      new Registry<FineTune>("fine-tuning")
          .with("continue", "trains on from the trained weights (Han et al. 2015)", Continue::new)
          .with(
              "continue-last-rate",
              "the same at the learning rate that training ended with (Han et al. 2015)",
              () -> new Continue(RateRule.LAST))
          .with(
              "continue-adjusted-dropout",
              "the same with dropout that falls as connections do (Han et al. 2015)",
              () -> new AdjustedDropout(new Continue()))
          .with(
              "continue-distilled",
              "the same towards the dense network's outputs as well (Hinton et al. 2015)",
              () -> new Distilled(new Continue(), 2, 0.9))
          .with(
              "rewind",
              "survivors go back to their initial values (Frankle and Carbin 2019)",
              Rewind::new)
          .family(
              "rewind-N%",
              "survivors go back to their values after N % of the dense network's steps (Frankle et"
                  + " al. 2019)",
              "rewind-(\\d+)%",
              found ->
                  new Rewind(
                      Integer.parseInt(found.group(1)) / 100.0,
                      Rewind.From.DENSE,
                      Length.GRANTED,
                      RateRule.AFRESH))
          .with("reinitialise", "survivors are drawn anew (Liu et al. 2019)", Reinitialise::new)
          .with(
              "scratch-e",
              "the same for as many epochs as the dense network had (Liu et al. 2019)",
              () -> new Reinitialise(Length.DENSE))
          .with(
              "scratch-b",
              "the same for as many multiply-adds as the dense network had (Liu et al. 2019)",
              () -> new Reinitialise(new Length.SameMacs(Double.POSITIVE_INFINITY)));

  private FineTunes() {}

  /** All of them. */
  public static Registry<FineTune> all() {
    return ALL;
  }
}
