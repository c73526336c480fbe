package dev.espalier.prune;

import dev.espalier.prune.tune.Continue;
import dev.espalier.prune.tune.Reinitialise;
import dev.espalier.prune.tune.Rewind;

/** The ways of fine-tuning by name, one line each. */
public final class FineTunes {
  private static final Registry<FineTune> ALL =
      new Registry<FineTune>("fine-tuning")
          .with("continue", "trains on from the trained weights (Han et al. 2015)", Continue::new)
          .with(
              "rewind",
              "survivors go back to their initial values (Frankle and Carbin 2019)",
              Rewind::new)
          .with("reinitialise", "survivors are drawn anew (Liu et al. 2019)", Reinitialise::new);

  private FineTunes() {}

  /** All of them. */
  public static Registry<FineTune> all() {
    return ALL;
  }
}
